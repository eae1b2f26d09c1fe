#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "ingest_server.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"
#include "mock_kafka.h"

namespace keystone::ingestd {

using ingest::v1::EventAck;
using ingest::v1::EventRequest;
using ingest::v1::OUTCOME_FAILED;
using ingest::v1::OUTCOME_OK;
using ingest::v1::OUTCOME_UNKNOWN;

constexpr char kDefaultSchemaVersion[] = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

// A well-formed event of producer "test".
EventRequest Event(uint64_t seq);

// One whose payload is not JSON. The server refuses it at once, so its ack
// tells that every event before it on the stream has been taken.
EventRequest BadEvent(uint64_t seq);

// A context whose call ends by itself long after any test should have.
std::unique_ptr<grpc::ClientContext> NewContext();

// The value of a trailer of a call that has ended, empty if there is none.
std::string Trailer(const grpc::ClientContext& context, const std::string& name);

// One StreamEvents call as a test uses it.
class ClientStream {
 public:
  explicit ClientStream(ingest::v1::IngestionService::Stub& stub)
      : context(NewContext()), stream_(stub.StreamEvents(context.get())) {}

  bool Write(const EventRequest& event) { return stream_->Write(event); }
  void WritesDone() { stream_->WritesDone(); }
  void Cancel() { context->TryCancel(); }

  // The next ack; one without an outcome if the stream has ended.
  EventAck Read();

  // Reads up to the end; the call's status.
  grpc::Status Finish();

  const std::unique_ptr<grpc::ClientContext> context;

 private:
  std::unique_ptr<grpc::ClientReaderWriter<EventRequest, EventAck>> stream_;
};

// A client that writes and does not read. Its gRPC takes in the acks of some ten
// thousand events before it, too, stops reading.
class Flood {
 public:
  static constexpr uint64_t kEvents = 150'000;

  explicit Flood(ingest::v1::IngestionService::Stub& stub) : stream_(stub) {
    EventRequest event = BadEvent(0);
    event.set_payload_json(std::string(60, 'x'));  // comes back in the ack
    written_ = std::async(std::launch::async, [this, event]() mutable {
      while (count_ < kEvents) {
        event.set_seq(++count_);
        if (!stream_.Write(event)) return;
      }
      stream_.WritesDone();
    });
  }
  ~Flood() { stream_.Cancel(); }

  // After a while in which nothing could be written.
  bool IsHeldBack() {
    uint64_t before;
    do {
      before = count_;
    } while (written_.wait_for(std::chrono::milliseconds(500)) == std::future_status::timeout &&
             count_ > before);
    return count_ < kEvents;
  }

  uint64_t ReadAll() {
    uint64_t acks = 0;
    while (stream_.Read().seq() == acks + 1) ++acks;
    return acks;
  }

 private:
  ClientStream stream_;
  std::atomic<uint64_t> count_{0};
  std::future<void> written_;
};

// A server and its Kafka, fresh for each test, and a client on a real socket.
class IngestTest : public testing::Test {
 protected:
  IngestTest();

  // Starts the server with `settings`, which a test may have changed.
  void StartServer();

  grpc::Status Send(const EventRequest& event, ingest::v1::EventResponse* response,
                    grpc::ClientContext* context);

  MockKafka kafka;
  ServerSettings settings;
  std::unique_ptr<IngestServer> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<ingest::v1::IngestionService::Stub> stub;
};

}  // namespace keystone::ingestd
