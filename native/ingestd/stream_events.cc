#include "stream_events.h"

#include <utility>

#include "call_metadata.h"
#include "message_codec.h"

namespace keystone::ingestd {
namespace {

constexpr size_t kFewAcks = 64;

}  // namespace

// One event between the read and its delivery report; keeps the call alive.
class StreamCall::InFlight final : public DeliverySink {
 public:
  InFlight(std::shared_ptr<StreamCall> call, uint64_t seq, size_t bytes)
      : DeliverySink(call->intake_.metrics()), call_(std::move(call)), seq_(seq), bytes_(bytes) {}

  void OnDelivery(EventResult result) override {
    call_->OnDelivery(seq_, bytes_, result);
    delete this;
  }

 private:
  const std::shared_ptr<StreamCall> call_;
  const uint64_t seq_;
  const size_t bytes_;
};

StreamCall* StreamCall::Start(const Intake& intake, std::shared_ptr<Client> client,
                              StreamRegistry& registry, const StreamLimits& limits,
                              grpc::CallbackServerContext* context) {
  std::shared_ptr<StreamCall> call(
      new StreamCall(intake, std::move(client), registry, limits, context));
  call->self_ = call;
  call->as_waiter_ = call;
  registry.Add(call);
  std::lock_guard lock(call->mutex_);
  call->Advance();
  return call.get();
}

StreamCall::StreamCall(const Intake& intake, std::shared_ptr<Client> client,
                       StreamRegistry& registry, const StreamLimits& limits,
                       grpc::CallbackServerContext* context)
    : intake_(intake),
      client_(std::move(client)),
      registry_(registry),
      max_events_(static_cast<size_t>(limits.events)),
      max_bytes_(static_cast<size_t>(limits.bytes)),
      max_acks_of_all_(limits.acks),
      traceparent_(Traceparent(*context)) {}

void StreamCall::OnReadDone(bool ok) {
  const size_t bytes = ok ? read_buffer_.Length() : 0;
  bool shutting_down;
  {
    std::lock_guard lock(mutex_);
    if (!ok) StopReading(grpc::Status::OK);
    if (!ok || finished_ || client_gone_) {
      reading_ = false;
      return Advance();
    }
    ++unanswered_;
    unanswered_bytes_ += bytes;
    shutting_down = input_over_;
  }
  if (!Parse(read_buffer_, &event_)) {
    // The client can only match by seq.
    const uint64_t seq = SeqOfMalformed(read_buffer_).value_or(0);
    return Settle(seq, bytes, Malformed("EventRequest"));
  }
  if (shutting_down) return Settle(event_.seq(), bytes, ShuttingDown());
  auto framed = intake_.Frame(event_, *client_, traceparent_);
  if (const auto* refusal = std::get_if<EventResult>(&framed)) {
    return Settle(event_.seq(), bytes, *refusal);
  }
  HandIn({event_.seq(), bytes, std::get<WireRecord>(std::move(framed))});
}

// The event just read goes to Kafka, is refused, or is held until there is room.
void StreamCall::HandIn(Held event) {
  auto in_flight = std::make_unique<InFlight>(shared_from_this(), event.seq, event.bytes);
  do {
    const Produced produced =
        intake_.producer().ProduceOrWait(&event.record, in_flight.get(), as_waiter_);
    if (std::holds_alternative<Queued>(produced)) {
      (void)in_flight.release();  // ends itself on delivery
      return Settle(event.seq, event.bytes, std::nullopt);
    }
    if (const auto* refused = std::get_if<EventResult>(&produced)) {
      return Settle(event.seq, event.bytes, *refused);
    }
  } while (!Hold(&event));
}

// False: there is room by now. Whoever ends the hold goes on with the event.
bool StreamCall::Hold(Held* event) {
  std::lock_guard lock(mutex_);
  if (std::exchange(room_came_, false)) return false;
  held_ = std::move(*event);
  if (input_over_) RefuseHeld();
  Advance();
  return true;
}

void StreamCall::RefuseHeld() {
  if (!held_) return;
  reading_ = false;
  if (!client_gone_) intake_.metrics().Refused(Refusal::kShuttingDown);
  QueueAck(held_->seq, held_->bytes, ShuttingDown());
  held_.reset();
}

void StreamCall::OnRoom() {
  std::optional<Held> held;
  {
    std::lock_guard lock(mutex_);
    held.swap(held_);
    room_came_ = !held;
  }
  if (held) HandIn(*std::move(held));
}

// The event just read is queued, or refused; the next may be read.
void StreamCall::Settle(uint64_t seq, size_t bytes, const std::optional<EventResult>& refusal) {
  if (refusal) intake_.metrics().Refused(refusal->refusal);
  std::lock_guard lock(mutex_);
  reading_ = false;
  if (refusal) QueueAck(seq, bytes, *refusal);
  Advance();
}

void StreamCall::OnDelivery(uint64_t seq, size_t bytes, const EventResult& result) {
  std::lock_guard lock(mutex_);
  QueueAck(seq, bytes, result);
  Advance();
}

void StreamCall::QueueAck(uint64_t seq, size_t bytes, const EventResult& result) {
  --unanswered_;
  unanswered_bytes_ -= bytes;
  if (client_gone_) return;
  FillAck(result, seq, &acks_.emplace_back());
  ++registry_.acks;
}

void StreamCall::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  acks_.pop_front();
  --registry_.acks;
  if (!ok) DropAcks();
  Advance();
}

void StreamCall::OnCancel() {
  std::lock_guard lock(mutex_);
  DropAcks();
  Advance();
}

void StreamCall::BeginShutdown() {
  std::lock_guard lock(mutex_);
  StopReading(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is shutting down"));
  Advance();
}

void StreamCall::OnDone() {
  registry_.Remove(this);
  auto last = std::move(self_);
}

// Starts every gRPC operation that is due. Called with the mutex, after each
// change of state.
void StreamCall::Advance() {
  if (finished_) return;
  if (!writing_ && !acks_.empty()) {
    writing_ = true;
    write_buffer_ = Serialize(acks_.front());
    grpc::WriteOptions options;
    if (acks_.size() > 1) options.set_buffer_hint();
    StartWrite(&write_buffer_, options);
  }
  if (!reading_ && !input_over_ && HasRoom()) {
    reading_ = true;
    read_buffer_.Clear();
    StartRead(&read_buffer_);
  }
  if (input_over_ && unanswered_ == 0 && !writing_) {
    finished_ = true;
    Finish(end_);
  }
}

// For one more event. What it lacks comes with an answer of Kafka's or with an
// ack of this stream that is written, and Advance after it.
bool StreamCall::HasRoom() const {
  return unanswered_ + acks_.size() < max_events_ && unanswered_bytes_ < max_bytes_ &&
         (unanswered_ + acks_.size() < kFewAcks || registry_.acks < max_acks_of_all_);
}

void StreamCall::StopReading(grpc::Status end) {
  if (input_over_) return;
  input_over_ = true;
  end_ = std::move(end);
  RefuseHeld();
}

// The client hears nothing any more.
void StreamCall::DropAcks() {
  client_gone_ = true;
  StopReading(grpc::Status::CANCELLED);
  const size_t kept = writing_ ? 1 : 0;
  if (acks_.size() <= kept) return;
  registry_.acks -= acks_.size() - kept;
  acks_.erase(acks_.begin() + kept, acks_.end());
}

}  // namespace keystone::ingestd
