#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "intake.h"

namespace keystone::ingestd {

// Each event takes memory for its ack, however small or wrong it is.
constexpr size_t kMostBatchEvents = 10'000;

// One SendBatch call: OK with one ack for each event, in the order of the
// request, once the last of them is known. Only a request that cannot be read
// at all, or has too many events, is refused as a call; then none of its events
// was taken.
//
// Owns itself, like a SendEvent call.
grpc::ServerUnaryReactor* StartSendBatch(const Intake& intake, Client& client,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response);

}  // namespace keystone::ingestd
