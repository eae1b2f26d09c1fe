#include "send_event.h"

#include "call_metadata.h"
#include "message_codec.h"
#include "refused_call.h"

namespace keystone::ingestd {
namespace {

class SendEventCall final : public grpc::ServerUnaryReactor, public DeliverySink {
 public:
  SendEventCall(grpc::CallbackServerContext* context, grpc::ByteBuffer* response)
      : context_(context), response_(response) {}

  void Start(const Intake& intake, const ingest::v1::EventRequest& event) {
    if (auto refusal = intake.Submit(event, Traceparent(*context_), this)) OnDelivery(*refusal);
  }

  void OnDelivery(EventResult result) override {
    if (result.outcome == ingest::v1::OUTCOME_OK) {
      ingest::v1::EventResponse place;
      place.set_success(true);
      place.set_partition(result.partition);
      place.set_offset(result.offset);
      *response_ = Serialize(place);
    }
    Finish(ToStatus(result, context_));  // OnDone may delete this before Finish returns
  }

  void OnDone() override { delete this; }

 private:
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
};

}  // namespace

grpc::ServerUnaryReactor* StartSendEvent(const Intake& intake, grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response) {
  ingest::v1::EventRequest event;
  if (!Parse(request, &event)) return RefuseCall(Malformed("EventRequest"), context);
  auto* call = new SendEventCall(context, response);
  call->Start(intake, event);
  return call;
}

}  // namespace keystone::ingestd
