#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "outcome.h"

namespace keystone::ingestd {

// Whoever sends events, over however many calls, and how fast it may. Any thread
// may call.
class Client {
 public:
  // 0: as fast as it likes.
  explicit Client(int64_t max_events_per_s)
      : interval_ns_(max_events_per_s > 0 ? kSecondNs / max_events_per_s : 0) {}

  // Nothing: the event counts. A result: it is one too many just now.
  //
  // The generic cell rate algorithm (ITU-T I.371): `due_ns_` is when the next
  // event would be due if they came evenly; it may be a second ahead at most.
  std::optional<EventResult> TakeTurn(int64_t now_ns) {
    if (interval_ns_ == 0) return std::nullopt;
    int64_t due_ns = due_ns_;
    int64_t next_ns;
    do {
      next_ns = (due_ns > now_ns ? due_ns : now_ns) + interval_ns_;
      if (next_ns - now_ns > kSecondNs) return RateLimited(next_ns - now_ns - kSecondNs);
    } while (!due_ns_.compare_exchange_weak(due_ns, next_ns));
    return std::nullopt;
  }

  // Whether nothing would change if this client were met anew.
  bool IsForgettable(int64_t now_ns) const { return due_ns_ <= now_ns; }

 private:
  static constexpr int64_t kSecondNs = 1'000'000'000;
  const int64_t interval_ns_;
  std::atomic<int64_t> due_ns_{0};
};

}  // namespace keystone::ingestd
