#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "outcome.h"

namespace keystone::ingestd {

// A unary call that ends at once, with the refusal as its status.
inline grpc::ServerUnaryReactor* RefuseCall(const EventResult& refusal,
                                            grpc::CallbackServerContext* context) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToStatus(refusal, context));
  return reactor;
}

}  // namespace keystone::ingestd
