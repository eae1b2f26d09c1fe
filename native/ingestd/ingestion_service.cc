#include "ingestion_service.h"

#include "refused_call.h"
#include "send_batch.h"
#include "send_event.h"

namespace keystone::ingestd {

grpc::ServerUnaryReactor* IngestionService::SendEvent(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  if (streams_.ShuttingDown()) return RefuseCall(ShuttingDown(), context);
  return StartSendEvent(unary_, context, *request, response);
}

grpc::ServerUnaryReactor* IngestionService::SendBatch(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  if (streams_.ShuttingDown()) return RefuseCall(ShuttingDown(), context);
  return StartSendBatch(bulk_, context, *request, response);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* IngestionService::StreamEvents(
    grpc::CallbackServerContext* context) {
  return StreamCall::Start(bulk_, streams_, stream_limits_, context);
}

}  // namespace keystone::ingestd
