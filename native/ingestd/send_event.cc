#include "send_event.h"

#include "call_metadata.h"
#include "message_codec.h"
#include "refused_call.h"

namespace keystone::ingestd {
namespace {

class SendEventCall final : public grpc::ServerUnaryReactor, public DeliverySink {
 public:
  SendEventCall(const Intake& intake, grpc::CallbackServerContext* context,
                grpc::ByteBuffer* response)
      : DeliverySink(intake.metrics()), intake_(intake), context_(context), response_(response) {}

  void Start(const ingest::v1::EventRequest& event, Client& client) {
    auto refusal = intake_.Submit(event, client, Traceparent(*context_), this);
    if (!refusal) return;
    intake_.metrics().Refused(refusal->refusal);
    OnDelivery(*std::move(refusal));
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
  const Intake& intake_;
  grpc::CallbackServerContext* const context_;
  grpc::ByteBuffer* const response_;
};

}  // namespace

grpc::ServerUnaryReactor* StartSendEvent(const Intake& intake, Client& client,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response) {
  ingest::v1::EventRequest event;
  if (!Parse(request, &event)) {
    return RefuseCall(Malformed("EventRequest"), intake.metrics(), context);
  }
  auto* call = new SendEventCall(intake, context, response);
  call->Start(event, client);
  return call;
}

}  // namespace keystone::ingestd
