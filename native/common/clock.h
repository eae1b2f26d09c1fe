#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

namespace keystone {

// UTC in nanoseconds that never steps back: the wall clock is read once, when
// this is made, and what passed since comes from the monotonic clock. A wall
// clock that is set later (NTP, a leap second) does not move it, so differences
// of two stamps of one server are real durations.
//
// Immutable after construction; any thread may call NowNs.
class Clock {
 public:
  using Source = std::function<int64_t()>;  // nanoseconds

  Clock() : Clock(WallNs, MonotonicNs) {}
  // Goes on from another clock on this machine: what it adds to the monotonic time.
  explicit Clock(int64_t anchor_ns) : monotonic_(MonotonicNs), anchor_(anchor_ns) {}
  Clock(const Source& wall, Source monotonic)
      : monotonic_(std::move(monotonic)), anchor_(wall() - monotonic_()) {}

  int64_t NowNs() const { return anchor_ + monotonic_(); }

 private:
  static int64_t WallNs() { return SinceEpoch<std::chrono::system_clock>(); }
  static int64_t MonotonicNs() { return SinceEpoch<std::chrono::steady_clock>(); }

  template <typename C>
  static int64_t SinceEpoch() {
    return std::chrono::nanoseconds(C::now().time_since_epoch()).count();
  }

  Source monotonic_;
  int64_t anchor_;
};

}  // namespace keystone
