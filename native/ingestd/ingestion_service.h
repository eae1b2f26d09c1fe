#pragma once

#include "client_gate.h"
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

// The ways in, one for each kind of call. Unary calls go to Kafka by a producer
// that does not linger, streams and batches by one that does; no order is promised
// between the two.
struct Intakes {
  Intake unary;
  Intake batch;
  Intake stream;
};

// Lets calls in and hands each to its own file: send_event, send_batch,
// stream_events.
//
// Borrows the intakes and the gate, which outlive the gRPC server. gRPC's threads
// call it.
class IngestionService final : public RawIngestionService {
 public:
  IngestionService(const Intakes& intakes, ClientGate& gate, const StreamLimits& stream_limits)
      : intakes_(intakes), gate_(gate), stream_limits_(stream_limits) {}

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

  size_t open_streams() { return streams_.Open(); }

 private:
  static constexpr uint64_t kMostBatchAckBytes = 64 << 20;

  std::variant<std::shared_ptr<Client>, EventResult> Admit(grpc::CallbackServerContext* context);

  const Intakes& intakes_;
  ClientGate& gate_;
  const StreamLimits stream_limits_;
  StreamRegistry streams_;
  InFlightBudget batch_acks_{InFlightBudget::kMostEvents, kMostBatchAckBytes};
};

}  // namespace keystone::ingestd
