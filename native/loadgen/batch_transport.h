#pragma once

#include <memory>

#include "connected_channel.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"
#include "open_calls.h"
#include "transport.h"

namespace keystone::loadgen {

struct BatchSettings {
  int64_t events = 100;           // at most, in a call
  int64_t linger_ns = 5'000'000;  // for company, from when the first was offered
};

// Gathers events and sends them as SendBatch calls, as many at once as it takes.
// A batch leaves when it is full, or when the next event would come too late for
// it. An event that is due while the channel is not connected has failed; a call
// that ends without the server's word is unknown, with all its events.
class BatchTransport final : public Transport {
 public:
  BatchTransport(const Wiring& wiring, const BatchSettings& settings);
  ~BatchTransport() override;

  void Begin() override {}
  bool Reached() override { return channel_.IsConnected(); }
  void Offer(const DueEvent& event) override;
  void Idle(int64_t until_ns) override;
  void Finish(std::chrono::steady_clock::time_point deadline) override;
  void GiveUp() override { calls_.CancelAll(); }

 private:
  struct Call {
    grpc::ClientContext context;
    ingest::v1::BatchRequest request;
    ingest::v1::BatchResponse response;
    size_t bytes = 0;
  };

  void Send();
  void OnAnswer(Call* call, const grpc::Status& status);

  const Wiring wiring_;
  const BatchSettings settings_;
  const std::unique_ptr<ingest::v1::IngestionService::Stub> stub_;
  ConnectedChannel channel_;
  std::unique_ptr<Call> gathering_;  // if any event waits
  int64_t leaves_ns_ = 0;            // at the latest
  OpenCalls<Call> calls_;
};

}  // namespace keystone::loadgen
