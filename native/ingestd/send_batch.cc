#include "send_batch.h"

#include <atomic>
#include <vector>

#include "call_metadata.h"
#include "message_codec.h"
#include "refused_call.h"

namespace keystone::ingestd {
namespace {

class SendBatchCall final : public grpc::ServerUnaryReactor {
 public:
  SendBatchCall(grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : context_(context), response_(response) {}

  void Start(const Intake& intake, const ingest::v1::BatchRequest& batch) {
    const int count = batch.events_size();
    acks_.mutable_acks()->Reserve(count);
    for (int i = 0; i < count; ++i) acks_.add_acks();
    slots_.resize(count);
    pending_ = count + 1;  // one for this loop, so that the last report cannot overtake it
    for (int i = 0; i < count; ++i) {
      const ingest::v1::EventRequest& event = batch.events(i);
      slots_[i].Bind(this, acks_.mutable_acks(i), event.seq());
      if (auto refusal = intake.Submit(event, Traceparent(*context_), &slots_[i])) {
        slots_[i].OnDelivery(*refusal);
      }
    }
    OneLessPending();
  }

  void OnDone() override { delete this; }

 private:
  // Where one event's result goes. Each writes its own ack, so the threads that
  // report need no lock.
  class Slot final : public DeliverySink {
   public:
    void Bind(SendBatchCall* call, ingest::v1::EventAck* ack, uint64_t seq) {
      call_ = call;
      ack_ = ack;
      seq_ = seq;
    }

    void OnDelivery(EventResult result) override {
      FillAck(result, seq_, ack_);
      call_->OneLessPending();
    }

   private:
    SendBatchCall* call_ = nullptr;
    ingest::v1::EventAck* ack_ = nullptr;
    uint64_t seq_ = 0;
  };

  void OneLessPending() {
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    *response_ = Serialize(acks_);
    Finish(grpc::Status::OK);  // OnDone may delete this before Finish returns
  }

  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
  ingest::v1::BatchResponse acks_;
  std::vector<Slot> slots_;
  std::atomic<int> pending_{0};
};

}  // namespace

grpc::ServerUnaryReactor* StartSendBatch(const Intake& intake, grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response) {
  ingest::v1::BatchRequest batch;
  if (!Parse(request, &batch)) return RefuseCall(Malformed("BatchRequest"), context);
  auto* call = new SendBatchCall(context, response);
  call->Start(intake, batch);
  return call;
}

}  // namespace keystone::ingestd
