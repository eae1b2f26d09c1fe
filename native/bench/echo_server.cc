// The floor: gRPC's callback API as it is meant to be used, and nothing behind it.
// Each event is acknowledged as soon as it is read.
#include <google/protobuf/arena.h>

#include <deque>
#include <mutex>

#include "bench.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"

namespace keystone::bench {
namespace {

using google::protobuf::Arena;
using ingest::v1::BatchRequest;
using ingest::v1::BatchResponse;
using ingest::v1::EventAck;
using ingest::v1::EventRequest;

void Acknowledge(const EventRequest& event, EventAck* ack) {
  ack->set_seq(event.seq());
  ack->set_outcome(ingest::v1::OUTCOME_OK);
}

// Reads and writes do not wait for each other, or a client with many events
// under way would be served one by one.
class EchoStream final : public grpc::ServerBidiReactor<EventRequest, EventAck> {
 public:
  EchoStream() { StartRead(&event_); }

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (!ok) {
      input_over_ = true;
      if (acks_.empty()) Finish(grpc::Status::OK);
      return;
    }
    Acknowledge(event_, &acks_.emplace_back());
    if (acks_.size() == 1) WriteFirst();
    StartRead(&event_);
  }

  void OnWriteDone(bool) override {
    const std::lock_guard lock(mutex_);
    acks_.pop_front();
    if (!acks_.empty()) {
      WriteFirst();
    } else if (input_over_) {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

 private:
  // Those behind it make it worth the wait.
  void WriteFirst() {
    grpc::WriteOptions options;
    if (acks_.size() > 1) options.set_buffer_hint();
    StartWrite(&acks_.front(), options);
  }

  EventRequest event_;
  std::mutex mutex_;           // guards what follows
  std::deque<EventAck> acks_;  // the first is being written
  bool input_over_ = false;
};

// A batch is some hundred small objects, which are not worth an allocation each.
class OneArena final : public grpc::MessageHolder<BatchRequest, BatchResponse> {
 public:
  OneArena() {
    set_request(Arena::CreateMessage<BatchRequest>(&arena_));
    set_response(Arena::CreateMessage<BatchResponse>(&arena_));
  }
  void Release() override { delete this; }

 private:
  Arena arena_;
};

class Arenas final : public grpc::MessageAllocator<BatchRequest, BatchResponse> {
 public:
  grpc::MessageHolder<BatchRequest, BatchResponse>* AllocateMessages() override {
    return new OneArena();
  }
};

class Echo final : public ingest::v1::IngestionService::CallbackService {
 public:
  Echo() { SetMessageAllocatorFor_SendBatch(&arenas_); }

  grpc::ServerUnaryReactor* SendEvent(grpc::CallbackServerContext* context, const EventRequest*,
                                      ingest::v1::EventResponse* response) override {
    response->set_success(true);
    return Finished(context);
  }

  grpc::ServerUnaryReactor* SendBatch(grpc::CallbackServerContext* context,
                                      const BatchRequest* batch, BatchResponse* response) override {
    for (const EventRequest& event : batch->events()) Acknowledge(event, response->add_acks());
    return Finished(context);
  }

  grpc::ServerBidiReactor<EventRequest, EventAck>* StreamEvents(
      grpc::CallbackServerContext*) override {
    return new EchoStream();
  }

 private:
  static grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  Arenas arenas_;
};

}  // namespace
}  // namespace keystone::bench

int main() {
  keystone::bench::Echo service;
  keystone::bench::ServeUntilStopped(service);
}
