#pragma once

#include "intake.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"
#include "stream_events.h"
#include "stream_registry.h"

namespace keystone::ingestd {

// All calls with raw bytes; message_codec.h says why.
using RawIngestionService = ingest::v1::IngestionService::WithRawCallbackMethod_SendEvent<
    ingest::v1::IngestionService::WithRawCallbackMethod_SendBatch<
        ingest::v1::IngestionService::WithRawCallbackMethod_StreamEvents<
            ingest::v1::IngestionService::Service>>>;

// Hands each call to its own file: send_event, send_batch, stream_events.
// Unary calls go to Kafka by a producer that does not linger, streams and
// batches by one that does; no order is promised between the two.
//
// Borrows the intakes, which outlive the gRPC server. gRPC's threads call it.
class IngestionService final : public RawIngestionService {
 public:
  IngestionService(const Intake& unary, const Intake& bulk, const StreamLimits& stream_limits)
      : unary_(unary), bulk_(bulk), stream_limits_(stream_limits) {}

  grpc::ServerUnaryReactor* SendEvent(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* SendBatch(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamEvents(
      grpc::CallbackServerContext* context) override;

  // From now on every event is refused, and open streams end when the events
  // they had before are acknowledged.
  void BeginShutdown() { streams_.BeginShutdown(); }

 private:
  const Intake& unary_;
  const Intake& bulk_;
  const StreamLimits stream_limits_;
  StreamRegistry streams_;
};

}  // namespace keystone::ingestd
