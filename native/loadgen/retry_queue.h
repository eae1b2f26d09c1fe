#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace keystone::loadgen {

// How long after its try number `tries` failed an event is tried again: 100 ms,
// doubled with each try, at most 5 s, of which up to a half is taken off again
// so that what failed together does not come back together.
int64_t BackoffNs(uint64_t seq, int tries);

// Events that may have to be sent again: their payloads until they are settled,
// and when the next try of each is due. Any thread may call anything.
class RetryQueue {
 public:
  struct Try {
    uint64_t seq;
    int64_t intended_ns;
    std::string_view payload;  // until the event is forgotten
  };

  void Keep(uint64_t seq, int64_t intended_ns, std::string_view payload);
  void Schedule(uint64_t seq, int64_t due_ns);
  void Forget(uint64_t seq);

  // One that is due, which leaves the schedule.
  std::optional<Try> TakeDue(int64_t now_ns);
  // All that are scheduled, which leave the schedule.
  std::vector<uint64_t> TakeScheduled();

 private:
  struct Event {
    int64_t intended_ns;
    std::string payload;
  };
  using Due = std::pair<int64_t, uint64_t>;  // when, seq

  std::mutex mutex_;  // guards what follows
  std::unordered_map<uint64_t, Event> events_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> schedule_;
};

}  // namespace keystone::loadgen
