#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "event_block.h"

namespace keystone::loadgen {

// Whether an event is in the log.
enum class Outcome : int8_t { kOk, kFailed, kUnknown, kPending };

// What became of one event. Times are nanoseconds since 1970 UTC; kNull, and -1
// for partition and stream, where there is nothing to say.
struct EventRow {
  int64_t intended_ns = kNull;
  int64_t offered_ns =
      kNull;  // when the plan got to it: what is later than intended is our own lateness
  int64_t sent_ns = kNull;   // when it was handed to the connection
  int64_t acked_ns = kNull;  // when an answer came, whatever it said
  int64_t offset = kNull;
  int64_t price_cents = kNull;
  uint32_t crc32c = 0;
  int32_t partition = -1;
  int32_t stream = -1;  // the number of the stream it was handed to
  int16_t code = 0;     // a gRPC status code
  Outcome outcome = Outcome::kPending;
  uint8_t spoilt = 0;
};

// A stream that ended before the plan did.
struct StreamBreak {
  int64_t at_ns;
  int code;
  std::string details;
};

// An answer to one event.
struct Answer {
  Outcome outcome;
  int code;
  int32_t partition;
  int64_t offset;
};

// Counts since the start, and the latencies, from the intended time, of the OK
// answers that came since the last look.
struct Progress {
  int64_t planned, sent, ok, failed, unknown;
  std::vector<int64_t> latencies_ns;
};

// What became of each event, one row an event. A row moves once, from planned
// to sent or failed, and once more from sent to what the answer says. Any
// thread may call anything; no call takes long, none copies what is there.
class SendLog {
 public:
  // Adds the row of the next event, whose turn it is now, and gives its number.
  uint64_t Plan(int64_t intended_ns, int64_t now_ns, uint32_t crc32c, int64_t price_cents,
                bool spoilt);

  // The event goes out: from now on it may be in the log, whatever happens.
  void HandOver(uint64_t seq, int64_t now_ns, int32_t stream);

  // The event was never handed over, so it is certainly not in the log.
  void NotSent(uint64_t seq, int code);

  // Takes an answer; one to no event that waits for it is counted as stray, and
  // gives false.
  bool Take(uint64_t seq, const Answer& answer, int64_t now_ns);

  // No answer will come any more: what was sent, on a stream, and has none is
  // unknown.
  void Lose(uint64_t seq, int code);
  void LoseSentOn(int32_t stream, int code);

  void AddBreak(StreamBreak broken);

  // Events planned or sent and not settled.
  int64_t Open() const;

  // Waits until fewer than `most` are open, or StopWaiting was called. An eighth
  // fewer, so that a waiting thread is not woken for each event alone.
  void AwaitOpenBelow(int64_t most);
  void StopWaiting();

  Progress TakeProgress();
  int64_t Planned() const;
  int64_t StrayAcks() const;
  std::vector<StreamBreak> Breaks() const;

  // Row `seq`, below Planned(); for one who reads when nothing is open any more.
  const EventRow& Row(uint64_t seq) const { return (*chunks_[seq / kChunk])[seq % kChunk]; }

 private:
  // Rows stay where they are: growing never copies, which would make events late.
  static constexpr size_t kChunk = 65'536;
  using Chunk = std::array<EventRow, kChunk>;

  EventRow& At(uint64_t seq) { return (*chunks_[seq / kChunk])[seq % kChunk]; }
  void Settle(EventRow* row, Outcome outcome, int code);
  int64_t OpenNow() const { return planned_ - ok_ - failed_ - unknown_; }

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable settled_;
  int64_t enough_settled_ = -1;  // so few open, and who waits is told
  bool stop_waiting_ = false;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  int64_t planned_ = 0, sent_ = 0, ok_ = 0, failed_ = 0, unknown_ = 0, stray_acks_ = 0;
  uint64_t settled_below_ = 0;
  std::vector<int64_t> recent_ns_;
  std::vector<StreamBreak> breaks_;
};

}  // namespace keystone::loadgen
