#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "clock.h"
#include "event_block.h"
#include "latency_recorder.h"
#include "retry_queue.h"

namespace keystone::loadgen {

// Whether an event is in the log.
enum class Outcome : int8_t { kOk, kFailed, kUnknown, kPending };

// What became of one event. Times are nanoseconds since 1970 UTC; kNull, and -1
// for partition and stream, where there is nothing to say.
struct EventRow {
  int64_t intended_ns = kNull;
  int64_t offered_ns =
      kNull;  // when the plan got to it: what is later than intended is our own lateness
  int64_t sent_ns = kNull;   // when it was last handed to the connection
  int64_t acked_ns = kNull;  // when its answer came, whatever it said
  int64_t offset = kNull;
  int64_t price_cents = kNull;
  uint32_t crc32c = 0;
  int32_t partition = -1;
  int32_t stream = -1;  // the number of the stream it was last handed to
  int16_t code = 0;     // a gRPC status code
  Outcome outcome = Outcome::kPending;
  uint8_t spoilt = 0;
  uint8_t tries = 1;
  bool under_way = false;    // handed over, and no answer yet
  bool maybe_there = false;  // by an earlier try of which nobody knows
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
  std::vector<LatencyCell> latencies;
};

// Latencies by the second after a run's start in which an event was due: of OK
// answers, from the intended time and from the sending, and by how
// much the sender itself was late.
struct Latencies {
  std::vector<LatencyCell> ack, ack_raw, lateness;
};

// The events of a plan that are this sender's: first, first + step, and so on.
struct Share {
  uint64_t first = 0;
  uint64_t step = 1;
};

// Whether and how often events are sent again.
struct Retrying {
  int most_tries = 1;
  Clock clock;
};

// What became of each event, one row an event. A row moves once, from planned
// to sent or failed, and once more from sent to what the answer says; or back
// to planned, while there are tries left and another may end better. An event
// that failed at last is unknown if an earlier try may have arrived. Rows that
// are settled are to be taken away while the run goes on, so that memory is
// bounded by what is open and came after it. Any thread may call anything; the
// loss of a stream alone goes through all rows since the first that is open.
class SendLog {
 public:
  explicit SendLog(Share share = {}, const Retrying& retrying = {})
      : share_(share),
        clock_(retrying.clock),
        is_retrying_(retrying.most_tries > 1),
        most_tries_(retrying.most_tries) {}

  // When the plan's time begins; before the first event.
  void StartAt(int64_t start_ns);

  // Adds the row of the next event, whose turn it is now, and gives its number.
  uint64_t Plan(int64_t intended_ns, int64_t now_ns, uint32_t crc32c, int64_t price_cents,
                bool spoilt);

  // The event goes out: from now on it may be in the log, whatever happens.
  void HandOver(uint64_t seq, int64_t now_ns, int32_t stream);

  // The event was not handed over, so this try is certainly not in the log.
  void NotSent(uint64_t seq, int code);

  // As NotSent, and there is no room for another try.
  void Refuse(uint64_t seq, int code);

  // Takes an answer; one to no event that waits for it is counted as stray, and
  // gives false.
  bool Take(uint64_t seq, const Answer& answer, int64_t now_ns);

  // No answer will come any more: what was sent, on a stream, and has none is
  // unknown.
  void Lose(uint64_t seq, int code);
  void LoseSentOn(int32_t stream, int code);

  void AddBreak(StreamBreak broken);

  // Where events wait for their next try.
  RetryQueue& retries() { return retries_; }

  // There will be none: what waits for one has ended as its last try did.
  void EndRetries();

  // Events planned or sent and not settled.
  int64_t Open() const;

  // Waits until fewer than `most` are open, StopWaiting was called or `longest`
  // has passed. An eighth fewer, so that a waiting thread is not woken for each
  // event alone.
  void AwaitOpenBelow(int64_t most, std::chrono::nanoseconds longest);
  void StopWaiting();

  // The oldest rows that nobody took, up to the first that is open; some
  // thousand at a time, in the order of their events, and none at the end.
  std::vector<EventRow> TakeSettled();

  Progress TakeProgress();

  // Those that came since they were last taken: to be taken away while the run
  // goes on, as rows are.
  Latencies TakeLatencies();

  int64_t StartedAt() const;
  int64_t StrayAcks() const;
  std::vector<StreamBreak> Breaks() const;

 private:
  // Rows stay where they are: growing never copies, which would make events late.
  // Small, since a new one is made in the middle of the plan.
  static constexpr size_t kChunk = 8'192;
  using Chunk = std::array<EventRow, kChunk>;
  static constexpr size_t kUsualCells = 1 << 14;  // between two times that they are taken

  uint64_t SeqOf(size_t row) const { return share_.first + share_.step * row; }
  size_t RowOf(uint64_t seq) const { return (seq - share_.first) / share_.step; }
  EventRow& At(size_t row) { return (*chunks_[row / kChunk - taken_ / kChunk])[row % kChunk]; }
  EventRow* UnderWay(uint64_t seq);
  void EndTry(uint64_t seq, EventRow* row, Outcome outcome, int code, bool may_end_better);
  void Settle(uint64_t seq, EventRow* row, Outcome outcome, int code);
  void FindSettled(size_t end);
  int64_t SecondOf(const EventRow& row) const;
  int64_t OpenNow() const { return planned_ - ok_ - failed_ - unknown_; }

  const Share share_;
  const Clock clock_;
  const bool is_retrying_;
  RetryQueue retries_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable settled_;
  int64_t enough_settled_ = -1;  // so few open, and who waits is told
  bool stop_waiting_ = false;
  int most_tries_;
  std::deque<std::unique_ptr<Chunk>> chunks_;  // from that of the first row not taken
  size_t taken_ = 0;                           // rows
  size_t settled_below_ = 0;                   // rows
  int64_t planned_ = 0, sent_ = 0, ok_ = 0, failed_ = 0, unknown_ = 0, stray_acks_ = 0;
  int64_t start_ns_ = 0;
  LatencyRecorder ack_{kUsualCells}, ack_raw_{kUsualCells}, lateness_{kUsualCells}, recent_;
  std::vector<StreamBreak> breaks_;
};

}  // namespace keystone::loadgen
