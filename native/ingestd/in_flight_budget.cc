#include "in_flight_budget.h"

namespace keystone::ingestd {

bool InFlightBudget::Take(uint64_t bytes, uint64_t max_events, uint64_t max_bytes) {
  uint64_t taken = taken_;
  do {
    if (EventsOf(taken) >= max_events || BytesOf(taken) + bytes > max_bytes) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + kOneEvent + bytes));
  return true;
}

bool InFlightBudget::TryTake(uint64_t bytes) {
  if (!has_waiters_) return Take(bytes, max_events_, max_bytes_);
  return Take(bytes, SevenEighths(max_events_), SevenEighths(max_bytes_));
}

bool InFlightBudget::TakeOrWait(uint64_t bytes, const std::weak_ptr<RoomWaiter>& waiter) {
  if (TryTake(bytes)) return true;
  std::lock_guard lock(mutex_);
  // Whoever gives room back from here on sees that somebody waits; what was
  // given back before is seen by this try.
  const bool is_first = !has_waiters_.exchange(true);
  if (is_first && Take(bytes, max_events_, max_bytes_)) {
    has_waiters_ = false;
    return true;
  }
  waiters_.push_back(waiter);
  return false;
}

// Once an eighth is free: else each event given back would wake all who wait for
// the room of one.
void InFlightBudget::WakeWaiters() {
  const uint64_t taken = taken_;
  if (!has_waiters_ || EventsOf(taken) > SevenEighths(max_events_) ||
      BytesOf(taken) > SevenEighths(max_bytes_)) {
    return;
  }
  std::vector<std::weak_ptr<RoomWaiter>> awake;
  {
    std::lock_guard lock(mutex_);
    awake.swap(waiters_);
    has_waiters_ = false;
  }
  for (const auto& waiter : awake) {
    if (const auto alive = waiter.lock()) alive->OnRoom();
  }
}

}  // namespace keystone::ingestd
