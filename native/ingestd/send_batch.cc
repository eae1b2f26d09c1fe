#include "send_batch.h"

#include <google/protobuf/arena.h>

#include <atomic>
#include <vector>

#include "call_metadata.h"
#include "message_codec.h"
#include "refused_call.h"

namespace keystone::ingestd {
namespace {

using google::protobuf::Arena;

class SendBatchCall final : public grpc::ServerUnaryReactor {
 public:
  // Has taken `room_bytes` of `acks_room`.
  SendBatchCall(const Intake& intake, InFlightBudget& acks_room, size_t room_bytes,
                grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : intake_(intake),
        acks_room_(acks_room),
        room_bytes_(room_bytes),
        context_(context),
        response_(response) {}

  void Start(const ingest::v1::BatchRequest& batch, Client& client) {
    const int count = batch.events_size();
    acks_.mutable_acks()->Reserve(count);
    slots_.reserve(count);
    for (const ingest::v1::EventRequest& event : batch.events()) {
      slots_.emplace_back(*this, *acks_.add_acks(), event.seq());
    }
    pending_ = count + 1;  // one for this loop, so that the last report cannot overtake it
    for (int i = 0; i < count; ++i) {
      auto refusal = intake_.Submit(batch.events(i), client, Traceparent(*context_), &slots_[i]);
      if (!refusal) continue;
      intake_.metrics().Refused(refusal->refusal);
      slots_[i].OnDelivery(*std::move(refusal));
    }
    OneLessPending();
  }

  void OnDone() override {
    acks_room_.GiveBack(room_bytes_);
    delete this;
  }

 private:
  // Where one event's result goes. Each writes its own ack, so the threads that
  // report need no lock.
  class Slot final : public DeliverySink {
   public:
    Slot(SendBatchCall& call, ingest::v1::EventAck& ack, uint64_t seq)
        : DeliverySink(call.intake_.metrics()), call_(call), ack_(ack), seq_(seq) {}

    void OnDelivery(EventResult result) override {
      FillAck(result, seq_, &ack_);
      call_.OneLessPending();
    }

   private:
    SendBatchCall& call_;
    ingest::v1::EventAck& ack_;
    const uint64_t seq_;
  };

  void OneLessPending() {
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    *response_ = Serialize(acks_);
    Finish(grpc::Status::OK);  // OnDone may delete this before Finish returns
  }

  const Intake& intake_;
  InFlightBudget& acks_room_;
  const size_t room_bytes_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  Arena arena_;
  ingest::v1::BatchResponse& acks_ = *Arena::CreateMessage<ingest::v1::BatchResponse>(&arena_);
  std::vector<Slot> slots_;
  std::atomic<int> pending_{0};
};

}  // namespace

grpc::ServerUnaryReactor* StartSendBatch(const Intake& intake, Client& client,
                                         InFlightBudget& acks_room,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response) {
  const size_t events = CountEvents(request).value_or(0);
  if (events > kMostBatchEvents) {
    return RefuseCall(BatchTooLong(events, kMostBatchEvents), intake.metrics(), context);
  }
  // Some hundred small objects, which are not worth an allocation each.
  Arena arena;
  auto& batch = *Arena::CreateMessage<ingest::v1::BatchRequest>(&arena);
  if (!Parse(request, &batch)) {
    return RefuseCall(Malformed("BatchRequest"), intake.metrics(), context);
  }
  const size_t room_bytes = events * kBatchAckBytes;
  if (!acks_room.TryTake(room_bytes)) return RefuseCall(NoRoomForAcks(), intake.metrics(), context);
  auto* call = new SendBatchCall(intake, acks_room, room_bytes, context, response);
  call->Start(batch, client);
  return call;
}

}  // namespace keystone::ingestd
