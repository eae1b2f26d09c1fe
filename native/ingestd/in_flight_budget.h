#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace keystone::ingestd {

// Waits for room in an InFlightBudget.
class RoomWaiter {
 public:
  // Called once for each wait, on the thread that gave room back. Must not block.
  virtual void OnRoom() = 0;

 protected:
  ~RoomWaiter() = default;
};

// How many events, and how many bytes of them, the server holds between taking
// them and Kafka's answer, over all clients. What does not fit is refused, or
// waits: a stream that waits reads no more, and flow control holds its client.
// While somebody waits the last eighth is for nobody else, or they would take
// whatever becomes free; all who wait are told once it is.
//
// Any thread may call any method. An event larger than `max_bytes` never fits.
class InFlightBudget {
 public:
  static constexpr uint64_t kMostEvents = (1ull << 24) - 1;
  static constexpr uint64_t kMostBytes = (1ull << 40) - 1;

  // At most the above.
  InFlightBudget(uint64_t max_events, uint64_t max_bytes)
      : max_events_(max_events), max_bytes_(max_bytes) {}

  // Room for one event of so many bytes; false if there is none.
  bool TryTake(uint64_t bytes);

  // The same; on false `waiter`, if it still exists, is called when there is
  // room again, and may try anew.
  bool TakeOrWait(uint64_t bytes, const std::weak_ptr<RoomWaiter>& waiter);

  // An event's room is free again. Who waits for it is told by WakeWaiters only:
  // what they do then takes a while, and the event's own client comes first.
  void GiveBack(uint64_t bytes) { taken_ -= kOneEvent + bytes; }
  void WakeWaiters();

  uint64_t events() const { return EventsOf(taken_); }
  uint64_t bytes() const { return BytesOf(taken_); }

 private:
  static constexpr uint64_t kOneEvent = kMostBytes + 1;
  static uint64_t EventsOf(uint64_t taken) { return taken / kOneEvent; }
  static uint64_t BytesOf(uint64_t taken) { return taken % kOneEvent; }

  bool Take(uint64_t bytes, uint64_t max_events, uint64_t max_bytes);
  uint64_t SevenEighths(uint64_t most) const { return most - (most + 7) / 8; }

  const uint64_t max_events_;
  const uint64_t max_bytes_;
  // Both counts in one word, so that no try that fails is ever seen by another.
  std::atomic<uint64_t> taken_{0};
  std::atomic<bool> has_waiters_{false};  // set under the mutex, before a last try
  std::mutex mutex_;                      // guards what follows
  std::vector<std::weak_ptr<RoomWaiter>> waiters_;
};

}  // namespace keystone::ingestd
