#pragma once

#include <memory>

#include "connected_channel.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"
#include "open_calls.h"
#include "transport.h"

namespace keystone::loadgen {

// Sends each event as a SendEvent call of its own, as many at once as it takes.
// An event that is due while the channel is not connected has failed; a call
// that ends without the server's word on its outcome is unknown.
class UnaryTransport final : public Transport {
 public:
  explicit UnaryTransport(const Wiring& wiring);
  ~UnaryTransport() override;

  void Begin() override {}
  bool Reached() override { return channel_.IsConnected(); }
  void Offer(const DueEvent& event) override;
  void Finish(std::chrono::steady_clock::time_point deadline) override;
  void GiveUp() override { calls_.CancelAll(); }

 private:
  struct Call {
    uint64_t seq;
    grpc::ClientContext context;
    ingest::v1::EventRequest request;
    ingest::v1::EventResponse response;
  };

  void OnAnswer(Call* call, const grpc::Status& status);

  const Wiring wiring_;
  const std::unique_ptr<ingest::v1::IngestionService::Stub> stub_;
  ConnectedChannel channel_;
  OpenCalls<Call> calls_;
};

}  // namespace keystone::loadgen
