#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "keystone/ingest/v1/ingestion.grpc.pb.h"
#include "transport.h"

namespace keystone::loadgen {

// Sends over one StreamEvents call at a time. A call that ends before the plan
// does is followed by another; an event that is offered while there is none has
// failed for the reason of that end. What was handed to a call and not answered before its end is
// unknown: it may have left.
//
// A call has at most kMostUnanswered events under way. What is due beyond that
// waits here, where it is known not to have left, instead of in the connection's
// buffers, where it would count as sent.
class StreamTransport final : public Transport {
 public:
  static constexpr int kMostUnanswered = 2'000;

  explicit StreamTransport(const Wiring& wiring);
  ~StreamTransport() override;

  void Begin() override;
  bool Reached() override;
  void Offer(const DueEvent& event) override;
  void Finish(std::chrono::steady_clock::time_point deadline) override;
  void GiveUp() override;

 private:
  class Call;

  void KeepConnected();
  bool AwaitChannel();
  void Settle(int code);

  const Wiring wiring_;
  const std::unique_ptr<ingest::v1::IngestionService::Stub> stub_;
  std::thread connection_;

  std::mutex mutex_;  // guards what follows; taken before SendLog's
  std::condition_variable changed_;
  std::deque<ingest::v1::EventRequest> waiting_;
  std::unique_ptr<Call> call_;                    // none while not connected
  int32_t number_ = -1;                           // of the last call that has ended
  int obstacle_ = grpc::StatusCode::UNAVAILABLE;  // why there is no call: a gRPC code
  bool reached_ = false;  // there was a call; a server that refuses it has answered, too
  bool plan_ended_ = false;
  bool given_up_ = false;
  bool over_ = false;  // the connection thread has nothing more to do
};

}  // namespace keystone::loadgen
