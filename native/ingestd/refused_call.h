#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "call_metrics.h"
#include "outcome.h"

namespace keystone::ingestd {

// A unary call that ends at once, with the refusal as its status.
inline grpc::ServerUnaryReactor* RefuseCall(const EventResult& refusal, CallMetrics& metrics,
                                            grpc::CallbackServerContext* context) {
  metrics.Refused(refusal.refusal);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToStatus(refusal, context));
  return reactor;
}

// The same of a stream.
class RefusedStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  RefusedStream(const EventResult& refusal, CallMetrics& metrics,
                grpc::CallbackServerContext* context) {
    metrics.Refused(refusal.refusal);
    Finish(ToStatus(refusal, context));
  }

  void OnDone() override { delete this; }
};

}  // namespace keystone::ingestd
