#include "stream_registry.h"

#include <vector>

#include "stream_events.h"

namespace keystone::ingestd {

void StreamRegistry::Add(const std::shared_ptr<StreamCall>& call) {
  bool late;
  {
    std::lock_guard lock(mutex_);
    open_.emplace(call.get(), call);
    late = shutting_down_;
  }
  if (late) call->BeginShutdown();
}

void StreamRegistry::Remove(StreamCall* call) {
  std::lock_guard lock(mutex_);
  open_.erase(call);
}

size_t StreamRegistry::Open() {
  std::lock_guard lock(mutex_);
  return open_.size();
}

void StreamRegistry::BeginShutdown() {
  std::vector<std::shared_ptr<StreamCall>> calls;
  {
    std::lock_guard lock(mutex_);
    shutting_down_ = true;
    for (const auto& [_, call] : open_) {
      if (auto alive = call.lock()) calls.push_back(std::move(alive));
    }
  }
  for (const auto& call : calls) call->BeginShutdown();
}

}  // namespace keystone::ingestd
