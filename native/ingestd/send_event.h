#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "intake.h"

namespace keystone::ingestd {

// One SendEvent call: OK with the event's place in Kafka, or a status with the
// trailers keystone-outcome and retry-after-ms.
//
// Owns itself: made by StartSendEvent, deleted when gRPC and the delivery
// report are both done with it, in that order even if the client has gone
// meanwhile, since Finish is called by the report.
grpc::ServerUnaryReactor* StartSendEvent(const Intake& intake, Client& client,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response);

}  // namespace keystone::ingestd
