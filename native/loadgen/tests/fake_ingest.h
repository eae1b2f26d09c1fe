#pragma once

#include <grpcpp/server.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "keystone/ingest/v1/ingestion.grpc.pb.h"

namespace keystone::loadgen {

// A server on a real socket that answers as a test tells it, with a Kafka of
// its own imagination.
class FakeIngest final : public ingest::v1::IngestionService::Service {
 public:
  // What becomes of an event; none: no answer.
  using Reply = std::function<std::optional<ingest::v1::Outcome>(uint64_t seq)>;

  explicit FakeIngest(Reply reply = [](uint64_t) { return ingest::v1::OUTCOME_OK; }, int port = 0);
  ~FakeIngest() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  int port() const { return port_; }
  std::vector<uint64_t> Received();
  std::vector<int> Batches();     // their sizes, in the order of their events
  std::set<std::string> Peers();  // who called

  // From now on whole batches are refused, as failed.
  void RefuseBatches() { refuses_batches_ = true; }

  // From now on streams end at once: nobody is known.
  void RefuseStreams() { refuses_streams_ = true; }

  // Ends at once, as a killed process does.
  void Kill();

  grpc::Status SendEvent(grpc::ServerContext* context, const ingest::v1::EventRequest* request,
                         ingest::v1::EventResponse* response) override;
  grpc::Status SendBatch(grpc::ServerContext* context, const ingest::v1::BatchRequest* request,
                         ingest::v1::BatchResponse* response) override;
  grpc::Status StreamEvents(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<ingest::v1::EventAck, ingest::v1::EventRequest>* stream) override;

 private:
  std::optional<ingest::v1::Outcome> Take(const grpc::ServerContext& context, uint64_t seq);

  const Reply reply_;
  int port_;
  std::unique_ptr<grpc::Server> server_;
  std::atomic<bool> refuses_batches_ = false;
  std::atomic<bool> refuses_streams_ = false;
  std::mutex mutex_;  // guards what follows
  std::vector<uint64_t> received_;
  std::map<uint64_t, int> batch_sizes_;  // by the first event: calls overtake each other
  std::set<std::string> peers_;
};

}  // namespace keystone::loadgen
