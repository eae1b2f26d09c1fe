#include "fake_ingest.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <utility>

namespace keystone::loadgen {

using ingest::v1::EventAck;
using ingest::v1::EventRequest;
using Guard = std::lock_guard<std::mutex>;

FakeIngest::FakeIngest(Reply reply, int port) : reply_(std::move(reply)), port_(port) {
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeIngest::~FakeIngest() { Kill(); }

std::vector<uint64_t> FakeIngest::Received() {
  const Guard guard(mutex_);
  return received_;
}

void FakeIngest::Kill() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

std::vector<int> FakeIngest::Batches() {
  const Guard guard(mutex_);
  std::vector<int> sizes;
  for (const auto& [first, size] : batch_sizes_) sizes.push_back(size);
  return sizes;
}

std::set<std::string> FakeIngest::Peers() {
  const Guard guard(mutex_);
  return peers_;
}

std::optional<ingest::v1::Outcome> FakeIngest::Take(const grpc::ServerContext& context,
                                                    uint64_t seq) {
  {
    const Guard guard(mutex_);
    received_.push_back(seq);
    peers_.insert(context.peer());
  }
  return reply_(seq);
}

grpc::Status FakeIngest::SendEvent(grpc::ServerContext* context, const EventRequest* request,
                                   ingest::v1::EventResponse* response) {
  const auto outcome = Take(*context, request->seq());
  if (outcome == ingest::v1::OUTCOME_OK) {
    response->set_success(true);
    response->set_partition(1);
    response->set_offset(static_cast<int64_t>(request->seq()));
    return grpc::Status::OK;
  }
  if (outcome) {
    const bool failed = outcome == ingest::v1::OUTCOME_FAILED;
    context->AddTrailingMetadata("keystone-outcome", failed ? "failed" : "unknown");
  }
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, "full"};
}

// A batch of which one event gets no answer gets none; its refused events fail.
grpc::Status FakeIngest::SendBatch(grpc::ServerContext* context,
                                   const ingest::v1::BatchRequest* request,
                                   ingest::v1::BatchResponse* response) {
  if (refuses_batches_) {
    context->AddTrailingMetadata("keystone-outcome", "failed");
    return {grpc::StatusCode::UNAVAILABLE, "shutting down"};
  }
  {
    const Guard guard(mutex_);
    batch_sizes_[request->events(0).seq()] = request->events_size();
  }
  for (const EventRequest& event : request->events()) {
    const auto outcome = Take(*context, event.seq());
    if (!outcome) continue;
    EventAck* ack = response->add_acks();
    ack->set_seq(event.seq());
    ack->set_outcome(*outcome);
    ack->set_partition(1);
    ack->set_offset(static_cast<int64_t>(event.seq()));
  }
  return grpc::Status::OK;
}

grpc::Status FakeIngest::StreamEvents(grpc::ServerContext* context,
                                      grpc::ServerReaderWriter<EventAck, EventRequest>* stream) {
  if (refuses_streams_) return {grpc::StatusCode::UNAUTHENTICATED, "who are you"};
  EventRequest request;
  while (stream->Read(&request)) {
    const auto outcome = Take(*context, request.seq());
    if (!outcome) continue;
    EventAck ack;
    ack.set_seq(request.seq());
    ack.set_outcome(*outcome);
    ack.set_partition(1);
    ack.set_offset(static_cast<int64_t>(request.seq()));
    stream->Write(ack);
  }
  return grpc::Status::OK;
}

}  // namespace keystone::loadgen
