#include "send_log.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <utility>

namespace keystone::loadgen {

using Lock = std::lock_guard<std::mutex>;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMicrosecond = 1'000;

// What is wrong with the event or its sender stays wrong.
bool MayEndBetter(int code) {
  return code != grpc::StatusCode::INVALID_ARGUMENT && code != grpc::StatusCode::UNAUTHENTICATED &&
         code != grpc::StatusCode::PERMISSION_DENIED && code != grpc::StatusCode::UNIMPLEMENTED;
}

}  // namespace

void SendLog::StartAt(int64_t start_ns) {
  const Lock lock(mutex_);
  start_ns_ = start_ns;
}

uint64_t SendLog::Plan(int64_t intended_ns, int64_t now_ns, uint32_t crc32c, int64_t price_cents,
                       bool spoilt) {
  const Lock lock(mutex_);
  const size_t number = static_cast<size_t>(planned_++);
  if (number % kChunk == 0) chunks_.push_back(std::make_unique<Chunk>());
  EventRow& row = At(number);
  row.intended_ns = intended_ns;
  row.offered_ns = now_ns;
  row.crc32c = crc32c;
  row.price_cents = price_cents;
  row.spoilt = spoilt;
  lateness_.Record(SecondOf(row), (now_ns - intended_ns) / kMicrosecond);
  return SeqOf(number);
}

void SendLog::HandOver(uint64_t seq, int64_t now_ns, int32_t stream) {
  const Lock lock(mutex_);
  EventRow& row = At(RowOf(seq));
  if (row.sent_ns == kNull) ++sent_;
  row.sent_ns = now_ns;
  row.acked_ns = kNull;
  row.stream = stream;
  row.under_way = true;
}

void SendLog::NotSent(uint64_t seq, int code) {
  const Lock lock(mutex_);
  EndTry(seq, &At(RowOf(seq)), Outcome::kFailed, code, true);
}

void SendLog::Refuse(uint64_t seq, int code) {
  const Lock lock(mutex_);
  Settle(seq, &At(RowOf(seq)), Outcome::kFailed, code);
}

bool SendLog::Take(uint64_t seq, const Answer& answer, int64_t now_ns) {
  const Lock lock(mutex_);
  EventRow* const row = UnderWay(seq);
  if (row == nullptr) {
    ++stray_acks_;
    return false;
  }
  row->acked_ns = now_ns;
  if (answer.outcome == Outcome::kOk) {
    row->partition = answer.partition;
    row->offset = answer.offset;
    const int64_t second = SecondOf(*row);
    const int64_t us = (now_ns - row->intended_ns) / kMicrosecond;
    ack_.Record(second, us);
    ack_raw_.Record(second, (now_ns - row->sent_ns) / kMicrosecond);
    recent_.Record(0, us);
  }
  const bool is_ok = answer.outcome == Outcome::kOk;
  EndTry(seq, row, answer.outcome, answer.code, !is_ok && MayEndBetter(answer.code));
  return true;
}

void SendLog::Lose(uint64_t seq, int code) {
  const Lock lock(mutex_);
  if (EventRow* const row = UnderWay(seq)) {
    EndTry(seq, row, Outcome::kUnknown, code, MayEndBetter(code));
  }
}

void SendLog::LoseSentOn(int32_t stream, int code) {
  const Lock lock(mutex_);
  for (size_t number = settled_below_; number < static_cast<size_t>(planned_); ++number) {
    EventRow& row = At(number);
    if (row.under_way && row.stream == stream) {
      // The code is the stream's, and may be due to another event of it.
      EndTry(SeqOf(number), &row, Outcome::kUnknown, code, true);
    }
  }
  FindSettled(static_cast<size_t>(planned_));
}

std::vector<EventRow> SendLog::TakeSettled() {
  const Lock lock(mutex_);
  const size_t chunk_end = (taken_ / kChunk + 1) * kChunk;
  FindSettled(chunk_end);
  const size_t end = std::min(settled_below_, chunk_end);
  if (end == taken_) return {};
  const EventRow* const first = &At(taken_);
  std::vector<EventRow> rows(first, first + (end - taken_));
  if (end == chunk_end) chunks_.pop_front();
  taken_ = end;
  return rows;
}

void SendLog::AddBreak(StreamBreak broken) {
  const Lock lock(mutex_);
  breaks_.push_back(std::move(broken));
}

void SendLog::EndRetries() {
  const Lock lock(mutex_);
  most_tries_ = 1;
  for (const uint64_t seq : retries_.TakeScheduled()) {
    EventRow& row = At(RowOf(seq));
    --row.tries;
    Settle(seq, &row, Outcome::kFailed, row.code);
  }
}

int64_t SendLog::Open() const {
  const Lock lock(mutex_);
  return OpenNow();
}

void SendLog::AwaitOpenBelow(int64_t most, std::chrono::nanoseconds longest) {
  std::unique_lock lock(mutex_);
  if (OpenNow() < most) return;
  enough_settled_ = most - 1 - most / 8;
  settled_.wait_for(lock, longest,
                    [this] { return OpenNow() <= enough_settled_ || stop_waiting_; });
  enough_settled_ = -1;
}

void SendLog::StopWaiting() {
  const Lock lock(mutex_);
  stop_waiting_ = true;
  settled_.notify_all();
}

Progress SendLog::TakeProgress() {
  Progress now{};
  LatencyRecorder recent;
  {
    const Lock lock(mutex_);
    now = {planned_, sent_, ok_, failed_, unknown_, {}};
    std::swap(recent, recent_);
  }
  now.latencies = recent.Cells();
  return now;
}

Latencies SendLog::TakeLatencies() {
  LatencyRecorder ack(kUsualCells), ack_raw(kUsualCells), lateness(kUsualCells);
  {
    const Lock lock(mutex_);
    std::swap(ack, ack_);
    std::swap(ack_raw, ack_raw_);
    std::swap(lateness, lateness_);
  }
  return {ack.Cells(), ack_raw.Cells(), lateness.Cells()};
}

int64_t SendLog::StartedAt() const {
  const Lock lock(mutex_);
  return start_ns_;
}

int64_t SendLog::StrayAcks() const {
  const Lock lock(mutex_);
  return stray_acks_;
}

std::vector<StreamBreak> SendLog::Breaks() const {
  const Lock lock(mutex_);
  return breaks_;
}

// The event's row if it waits for an answer; null if not, or if it is none of ours.
EventRow* SendLog::UnderWay(uint64_t seq) {
  const bool ours = seq >= share_.first && (seq - share_.first) % share_.step == 0;
  const size_t row = ours ? RowOf(seq) : 0;
  if (!ours || row < settled_below_ || row >= static_cast<size_t>(planned_)) return nullptr;
  return At(row).under_way ? &At(row) : nullptr;
}

void SendLog::FindSettled(size_t end) {
  end = std::min(end, static_cast<size_t>(planned_));
  while (settled_below_ < end && At(settled_below_).outcome != Outcome::kPending) {
    ++settled_below_;
  }
}

int64_t SendLog::SecondOf(const EventRow& row) const {
  return (row.intended_ns - start_ns_) / kSecond;
}

// Settles the event, or leaves it to another try.
void SendLog::EndTry(uint64_t seq, EventRow* row, Outcome outcome, int code, bool may_end_better) {
  row->under_way = false;
  if (row->tries >= most_tries_ || !may_end_better) {
    Settle(seq, row, outcome, code);
    return;
  }
  row->maybe_there |= outcome == Outcome::kUnknown;
  row->code = static_cast<int16_t>(code);
  retries_.Schedule(seq, clock_.NowNs() + BackoffNs(seq, row->tries++));
}

void SendLog::Settle(uint64_t seq, EventRow* row, Outcome outcome, int code) {
  if (outcome == Outcome::kFailed && row->maybe_there) outcome = Outcome::kUnknown;
  if (is_retrying_) retries_.Forget(seq);
  row->outcome = outcome;
  row->code = static_cast<int16_t>(code);
  if (outcome == Outcome::kOk) {
    ++ok_;
  } else if (outcome == Outcome::kFailed) {
    ++failed_;
  } else {
    ++unknown_;
  }
  if (OpenNow() == enough_settled_) settled_.notify_all();
}

}  // namespace keystone::loadgen
