#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "intake.h"

namespace keystone::ingestd {

// Each event takes memory for its ack, however small or wrong it is.
constexpr size_t kMostBatchEvents = 10'000;
constexpr size_t kBatchAckBytes = 400;

// One SendBatch call: OK with one ack for each event, in the order of the
// request, once the last of them is known. Only a request that cannot be read
// at all, or has too many events, is refused as a call; then none of its events
// was taken. So is one for whose acks there is no room: they take theirs from
// the start of the call until gRPC has the answer.
//
// Owns itself, like a SendEvent call. `acks_room` outlives it.
grpc::ServerUnaryReactor* StartSendBatch(const Intake& intake, Client& client,
                                         InFlightBudget& acks_room,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer& request,
                                         grpc::ByteBuffer* response);

}  // namespace keystone::ingestd
