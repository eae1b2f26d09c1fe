#include "send_log.h"

#include <utility>

namespace keystone::loadgen {

using Lock = std::lock_guard<std::mutex>;

uint64_t SendLog::Plan(int64_t intended_ns, int64_t now_ns, uint32_t crc32c, int64_t price_cents,
                       bool spoilt) {
  const Lock lock(mutex_);
  const uint64_t seq = static_cast<uint64_t>(planned_++);
  if (seq % kChunk == 0) chunks_.push_back(std::make_unique<Chunk>());
  EventRow& row = At(seq);
  row.intended_ns = intended_ns;
  row.offered_ns = now_ns;
  row.crc32c = crc32c;
  row.price_cents = price_cents;
  row.spoilt = spoilt;
  return seq;
}

void SendLog::HandOver(uint64_t seq, int64_t now_ns, int32_t stream) {
  const Lock lock(mutex_);
  EventRow& row = At(seq);
  row.sent_ns = now_ns;
  row.stream = stream;
  ++sent_;
}

void SendLog::NotSent(uint64_t seq, int code) {
  const Lock lock(mutex_);
  Settle(&At(seq), Outcome::kFailed, code);
}

bool SendLog::Take(uint64_t seq, const Answer& answer, int64_t now_ns) {
  const Lock lock(mutex_);
  const bool known = seq < static_cast<uint64_t>(planned_);
  if (!known || At(seq).outcome != Outcome::kPending || At(seq).sent_ns == kNull) {
    ++stray_acks_;
    return false;
  }
  EventRow& row = At(seq);
  row.acked_ns = now_ns;
  if (answer.outcome == Outcome::kOk) {
    row.partition = answer.partition;
    row.offset = answer.offset;
    recent_ns_.push_back(now_ns - row.intended_ns);
  }
  Settle(&row, answer.outcome, answer.code);
  return true;
}

void SendLog::Lose(uint64_t seq, int code) {
  const Lock lock(mutex_);
  if (At(seq).outcome == Outcome::kPending) Settle(&At(seq), Outcome::kUnknown, code);
}

void SendLog::LoseSentOn(int32_t stream, int code) {
  const Lock lock(mutex_);
  for (uint64_t seq = settled_below_; seq < static_cast<uint64_t>(planned_); ++seq) {
    EventRow& row = At(seq);
    if (row.outcome == Outcome::kPending && row.stream == stream && row.sent_ns != kNull) {
      Settle(&row, Outcome::kUnknown, code);
    }
  }
  while (settled_below_ < static_cast<uint64_t>(planned_) &&
         At(settled_below_).outcome != Outcome::kPending) {
    ++settled_below_;
  }
}

void SendLog::AddBreak(StreamBreak broken) {
  const Lock lock(mutex_);
  breaks_.push_back(std::move(broken));
}

int64_t SendLog::Open() const {
  const Lock lock(mutex_);
  return OpenNow();
}

void SendLog::AwaitOpenBelow(int64_t most) {
  std::unique_lock lock(mutex_);
  if (OpenNow() < most) return;
  enough_settled_ = most - 1 - most / 8;
  settled_.wait(lock, [this] { return OpenNow() <= enough_settled_ || stop_waiting_; });
  enough_settled_ = -1;
}

void SendLog::StopWaiting() {
  const Lock lock(mutex_);
  stop_waiting_ = true;
  settled_.notify_all();
}

Progress SendLog::TakeProgress() {
  const Lock lock(mutex_);
  return {planned_, sent_, ok_, failed_, unknown_, std::exchange(recent_ns_, {})};
}

int64_t SendLog::Planned() const {
  const Lock lock(mutex_);
  return planned_;
}

int64_t SendLog::StrayAcks() const {
  const Lock lock(mutex_);
  return stray_acks_;
}

std::vector<StreamBreak> SendLog::Breaks() const {
  const Lock lock(mutex_);
  return breaks_;
}

void SendLog::Settle(EventRow* row, Outcome outcome, int code) {
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
