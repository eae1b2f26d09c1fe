#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace keystone::loadgen {

// The calls of a transport that have not ended; a Call has a `context`. Any
// thread may call anything.
template <typename Call>
class OpenCalls {
 public:
  Call* Add(std::unique_ptr<Call> call) {
    const std::lock_guard lock(mutex_);
    return *open_.insert(call.release()).first;
  }

  void End(Call* call) {
    const std::lock_guard lock(mutex_);
    open_.erase(call);
    delete call;
    if (open_.empty()) changed_.notify_all();
  }

  void CancelAll() {
    const std::lock_guard lock(mutex_);
    is_given_up_ = true;
    for (Call* call : open_) call->context.TryCancel();
    changed_.notify_all();
  }

  // Until all have ended; those that have not at `deadline`, or when somebody
  // cancels all, are cancelled.
  void AwaitEnd(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return open_.empty() || is_given_up_; });
    for (Call* call : open_) call->context.TryCancel();
    changed_.wait(lock, [this] { return open_.empty(); });
  }

 private:
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::unordered_set<Call*> open_;
  bool is_given_up_ = false;
};

}  // namespace keystone::loadgen
