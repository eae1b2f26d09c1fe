#include "ingestion_service.h"

#include <utility>

#include "refused_call.h"
#include "send_batch.h"
#include "send_event.h"

namespace keystone::ingestd {

using Admitted = std::shared_ptr<Client>;

std::variant<Admitted, EventResult> IngestionService::Admit(grpc::CallbackServerContext* context) {
  if (streams_.ShuttingDown()) return ShuttingDown();
  return gate_.Admit(*context);
}

grpc::ServerUnaryReactor* IngestionService::SendEvent(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  const auto admitted = Admit(context);
  if (const auto* refusal = std::get_if<EventResult>(&admitted)) {
    return RefuseCall(*refusal, intakes_.unary.metrics(), context);
  }
  return StartSendEvent(intakes_.unary, *std::get<Admitted>(admitted), context, *request, response);
}

grpc::ServerUnaryReactor* IngestionService::SendBatch(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  const auto admitted = Admit(context);
  if (const auto* refusal = std::get_if<EventResult>(&admitted)) {
    return RefuseCall(*refusal, intakes_.batch.metrics(), context);
  }
  return StartSendBatch(intakes_.batch, *std::get<Admitted>(admitted), batch_acks_, context,
                        *request, response);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IngestionService::StreamEvents(
    grpc::CallbackServerContext* context) {
  auto admitted = gate_.Admit(*context);  // a stream hears of a shutdown from the registry
  if (const auto* refusal = std::get_if<EventResult>(&admitted)) {
    return new RefusedStream(*refusal, intakes_.stream.metrics(), context);
  }
  if (streams_.Open() >= static_cast<size_t>(stream_limits_.streams)) {
    return new RefusedStream(TooManyStreams(stream_limits_.streams), intakes_.stream.metrics(),
                             context);
  }
  return StreamCall::Start(intakes_.stream, std::get<Admitted>(std::move(admitted)), streams_,
                           stream_limits_, context);
}

}  // namespace keystone::ingestd
