#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace keystone::ingestd {

class StreamCall;

// The open streams, so that a shutdown reaches each of them; those that open
// later are told at once. Any thread may call.
class StreamRegistry {
 public:
  void Add(const std::shared_ptr<StreamCall>& call);
  void Remove(StreamCall* call);

  void BeginShutdown();
  bool ShuttingDown() const { return shutting_down_; }

  size_t Open();

  // Acks of all streams that wait to be written.
  std::atomic<size_t> acks{0};

 private:
  std::mutex mutex_;
  std::unordered_map<StreamCall*, std::weak_ptr<StreamCall>> open_;
  std::atomic<bool> shutting_down_{false};
};

}  // namespace keystone::ingestd
