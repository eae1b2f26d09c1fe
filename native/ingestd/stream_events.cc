#include "stream_events.h"

#include <utility>

#include "call_metadata.h"
#include "message_codec.h"

namespace keystone::ingestd {

// One event between the read and its delivery report; keeps the call alive.
class StreamCall::InFlight final : public DeliverySink {
 public:
  InFlight(std::shared_ptr<StreamCall> call, uint64_t seq) : call_(std::move(call)), seq_(seq) {}

  void OnDelivery(EventResult result) override {
    call_->OnDelivery(seq_, result);
    delete this;
  }

 private:
  const std::shared_ptr<StreamCall> call_;
  const uint64_t seq_;
};

StreamCall* StreamCall::Start(const Intake& intake, StreamRegistry& registry, int max_in_flight,
                              grpc::CallbackServerContext* context) {
  std::shared_ptr<StreamCall> call(new StreamCall(intake, registry, max_in_flight, context));
  call->self_ = call;
  registry.Add(call);
  std::lock_guard lock(call->mutex_);
  call->Advance();
  return call.get();
}

StreamCall::StreamCall(const Intake& intake, StreamRegistry& registry, int max_in_flight,
                       grpc::CallbackServerContext* context)
    : intake_(intake),
      registry_(registry),
      max_in_flight_(static_cast<size_t>(max_in_flight)),
      traceparent_(Traceparent(*context)) {}

void StreamCall::OnReadDone(bool ok) {
  bool refuse;
  {
    std::lock_guard lock(mutex_);
    if (!ok) StopReading(grpc::Status::OK);
    if (!ok || finished_ || client_gone_) {
      reading_ = false;
      return Advance();
    }
    ++unanswered_;
    refuse = input_over_;
  }
  uint64_t seq = 0;
  const std::optional<EventResult> refusal = Take(refuse, &seq);
  std::lock_guard lock(mutex_);
  reading_ = false;
  if (refusal) QueueAck(seq, *refusal);
  Advance();
}

// Nothing: the event just read is queued. A result: it is refused.
std::optional<EventResult> StreamCall::Take(bool shutting_down, uint64_t* seq) {
  if (!Parse(read_buffer_, &event_)) {
    *seq = SeqOfMalformed(read_buffer_).value_or(0);  // the client can only match by seq
    return Malformed("EventRequest");
  }
  *seq = event_.seq();
  if (shutting_down) return ShuttingDown();
  auto in_flight = std::make_unique<InFlight>(shared_from_this(), *seq);
  auto refusal = intake_.Submit(event_, traceparent_, in_flight.get());
  if (!refusal) (void)in_flight.release();  // ends itself on delivery
  return refusal;
}

void StreamCall::OnDelivery(uint64_t seq, const EventResult& result) {
  std::lock_guard lock(mutex_);
  QueueAck(seq, result);
  Advance();
}

void StreamCall::QueueAck(uint64_t seq, const EventResult& result) {
  --unanswered_;
  if (!client_gone_) FillAck(result, seq, &acks_.emplace_back());
}

void StreamCall::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  acks_.pop_front();
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
  if (!reading_ && !input_over_ && unanswered_ + acks_.size() < max_in_flight_) {
    reading_ = true;
    read_buffer_.Clear();
    StartRead(&read_buffer_);
  }
  if (input_over_ && unanswered_ == 0 && !writing_) {
    finished_ = true;
    Finish(end_);
  }
}

void StreamCall::StopReading(grpc::Status end) {
  if (input_over_) return;
  input_over_ = true;
  end_ = std::move(end);
}

// The client hears nothing any more.
void StreamCall::DropAcks() {
  client_gone_ = true;
  StopReading(grpc::Status::CANCELLED);
  while (acks_.size() > (writing_ ? 1 : 0)) acks_.pop_back();
}

}  // namespace keystone::ingestd
