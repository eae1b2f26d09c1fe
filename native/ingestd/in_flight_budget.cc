#include "in_flight_budget.h"

namespace keystone::ingestd {

bool InFlightBudget::TryTake(uint64_t bytes) {
  uint64_t taken = taken_;
  do {
    if (EventsOf(taken) >= max_events_ || BytesOf(taken) + bytes > max_bytes_) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + kOneEvent + bytes));
  return true;
}

bool InFlightBudget::TakeOrWait(uint64_t bytes, const std::weak_ptr<RoomWaiter>& waiter) {
  if (TryTake(bytes)) return true;
  std::lock_guard lock(mutex_);
  // Whoever gives room back from here on sees that somebody waits; what was
  // given back before is seen by this try.
  has_waiters_ = true;
  if (TryTake(bytes)) {
    has_waiters_ = !waiters_.empty();
    return true;
  }
  waiters_.push_back(waiter);
  return false;
}

void InFlightBudget::GiveBack(uint64_t bytes) {
  const uint64_t left = taken_.fetch_sub(kOneEvent + bytes) - kOneEvent - bytes;
  if (!has_waiters_ || !IsRoomy(left)) return;
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

// An eighth is free: else each event given back would wake all who wait for the
// room of one.
bool InFlightBudget::IsRoomy(uint64_t taken) const {
  return EventsOf(taken) <= max_events_ - (max_events_ + 7) / 8 &&
         BytesOf(taken) <= max_bytes_ - (max_bytes_ + 7) / 8;
}

}  // namespace keystone::ingestd
