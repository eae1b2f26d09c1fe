#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "keystone/ingest/v1/ingestion.grpc.pb.h"
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
  bool Connected() override;
  void Offer(const DueEvent& event) override;
  void Finish(std::chrono::steady_clock::time_point deadline) override;
  void GiveUp() override;

 private:
  struct Call;

  void OnAnswer(Call* call, const grpc::Status& status);

  const Wiring wiring_;
  const std::unique_ptr<ingest::v1::IngestionService::Stub> stub_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::unordered_set<Call*> open_;
  bool given_up_ = false;
};

}  // namespace keystone::loadgen
