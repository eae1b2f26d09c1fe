#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "intake.h"
#include "stream_registry.h"

namespace keystone::ingestd {

// One StreamEvents call: reads events, and writes an ack for each as soon as it
// is known what became of it.
//
// Bounded: an event counts against max_in_flight from the read until its ack is
// written. At the limit the call stops reading, gRPC's flow control then holds
// the client back, and a client that reads no acks costs no more than that.
//
// Ends when there is nothing left to read and every ack is written:
//   the client closed its side      OK
//   the server is shutting down     UNAVAILABLE
//   the client cancelled or went    CANCELLED, seen by nobody; acks are dropped
// An event whose read overlaps the end gets no ack; it was not taken.
//
// Lives as long as the longest of gRPC's use of it (until OnDone), the events
// that it has in Kafka's queue, and whoever got it from the registry. gRPC's
// threads, the producer's and the one that shuts down meet here: one mutex
// guards all state, and no gRPC operation is started without it, so none is
// started after Finish. The mutex is not held while an event is queued.
class StreamCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<StreamCall> {
 public:
  // Starts reading. `registry` and `intake` outlive the call.
  static StreamCall* Start(const Intake& intake, StreamRegistry& registry, int max_in_flight,
                           grpc::CallbackServerContext* context);

  // Takes no more events, and ends when those taken are acknowledged.
  void BeginShutdown();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  class InFlight;

  StreamCall(const Intake& intake, StreamRegistry& registry, int max_in_flight,
             grpc::CallbackServerContext* context);

  std::optional<EventResult> Take(bool shutting_down, uint64_t* seq);
  void OnDelivery(uint64_t seq, const EventResult& result);
  void QueueAck(uint64_t seq, const EventResult& result);
  void Advance();
  void StopReading(grpc::Status end);
  void DropAcks();

  const Intake& intake_;
  StreamRegistry& registry_;
  const size_t max_in_flight_;
  const std::string traceparent_;
  std::shared_ptr<StreamCall> self_;  // gRPC's share, given up in OnDone

  // Used by gRPC and OnReadDone in turn, as long as reading_ is set.
  grpc::ByteBuffer read_buffer_;
  ingest::v1::EventRequest event_;

  std::mutex mutex_;  // guards what follows
  grpc::ByteBuffer write_buffer_;
  std::deque<ingest::v1::EventAck> acks_;  // the first is being written if writing_
  size_t unanswered_ = 0;                  // events taken whose ack is not yet in acks_
  bool reading_ = false;                   // from StartRead until its event is taken
  bool writing_ = false;
  bool input_over_ = false;
  bool client_gone_ = false;
  bool finished_ = false;
  grpc::Status end_;
};

}  // namespace keystone::ingestd
