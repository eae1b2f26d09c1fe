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

struct StreamLimits {
  // Of one stream, in flight.
  int events = 10'000;
  int64_t bytes = 16 << 20;
  // Of all streams: how many may be open, and how many acks may wait for clients
  // that do not read them before only those streams are read on that have few.
  int streams = 10'000;
  size_t acks = 100'000;
};

// One StreamEvents call: reads events, and writes an ack for each as soon as it
// is known what became of it.
//
// Bounded: an event counts against the limits from the read until its ack is
// written, its bytes until Kafka has answered. At a limit the call stops reading,
// and so it does while the server has no room for the event it has read: gRPC's
// flow control then holds the client back, and a client that reads no acks costs
// no more than that; many of them together cost no more than StreamLimits::acks
// and a few for each.
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
                         public RoomWaiter,
                         public std::enable_shared_from_this<StreamCall> {
 public:
  // Starts reading. `registry` and `intake` outlive the call.
  static StreamCall* Start(const Intake& intake, std::shared_ptr<Client> client,
                           StreamRegistry& registry, const StreamLimits& limits,
                           grpc::CallbackServerContext* context);

  // Takes no more events, and ends when those taken are acknowledged.
  void BeginShutdown();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void OnRoom() override;

 private:
  class InFlight;

  // An event that has been read and checked, and for which there is no room yet.
  struct Held {
    uint64_t seq;
    size_t bytes;
    WireRecord record;
  };

  StreamCall(const Intake& intake, std::shared_ptr<Client> client, StreamRegistry& registry,
             const StreamLimits& limits, grpc::CallbackServerContext* context);

  void HandIn(Held event);
  bool Hold(Held* event);
  void RefuseHeld();
  void Settle(uint64_t seq, size_t bytes, const std::optional<EventResult>& refusal);
  void OnDelivery(uint64_t seq, size_t bytes, const EventResult& result);
  void QueueAck(uint64_t seq, size_t bytes, const EventResult& result);
  void Advance();
  bool HasRoom() const;
  void StopReading(grpc::Status end);
  void DropAcks();

  const Intake& intake_;
  const std::shared_ptr<Client> client_;
  StreamRegistry& registry_;
  const size_t max_events_;
  const size_t max_bytes_;
  const size_t max_acks_of_all_;
  const std::string traceparent_;
  std::shared_ptr<StreamCall> self_;  // gRPC's share, given up in OnDone
  std::weak_ptr<RoomWaiter> as_waiter_;

  // Used by gRPC and OnReadDone in turn, as long as reading_ is set.
  grpc::ByteBuffer read_buffer_;
  ingest::v1::EventRequest event_;

  std::mutex mutex_;  // guards what follows
  grpc::ByteBuffer write_buffer_;
  std::deque<ingest::v1::EventAck> acks_;  // the first is being written if writing_
  size_t unanswered_ = 0;                  // events taken whose ack is not yet in acks_
  size_t unanswered_bytes_ = 0;
  std::optional<Held> held_;  // until there is room
  bool room_came_ = false;    // before the event was held
  bool reading_ = false;      // from StartRead until its event is taken
  bool writing_ = false;
  bool input_over_ = false;
  bool client_gone_ = false;
  bool finished_ = false;
  grpc::Status end_;
};

}  // namespace keystone::ingestd
