#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "clock.h"
#include "keystone/ingest/v1/ingestion.pb.h"
#include "send_log.h"

namespace keystone::loadgen {

// What a way of sending works with; it has a connection of its own.
struct Wiring {
  std::shared_ptr<grpc::Channel> channel;
  std::string producer;
  Clock clock;
  SendLog& log;
  int64_t max_open;               // further events fail unsent while more are open
  std::atomic<int32_t>& streams;  // how many there were so far, over all connections
};

// An event whose time has come.
struct DueEvent {
  uint64_t seq;
  int64_t intended_ns;
  std::string_view payload;
};

// A way to bring events to the server. Begin, then Offer as often as there are
// events, then Finish, all from one thread; Reached and GiveUp from any.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual void Begin() = 0;

  // Whether the server has answered by now. The connection may be gone again.
  virtual bool Reached() = 0;

  // Never waits. A try that cannot go out has failed.
  virtual void Offer(const DueEvent& event) = 0;

  // Nothing but further tries will be offered before `until_ns`, as the clock counts.
  virtual void Idle(int64_t /*until_ns*/) {}

  // There are no more events: waits for answers until `deadline` or GiveUp, then
  // settles all that is open.
  virtual void Finish(std::chrono::steady_clock::time_point deadline) = 0;
  virtual void GiveUp() = 0;
};

// Whether an event may go out now; else this try has failed, unsent. `obstacle` is
// the gRPC code that says why there is no connection: 0 where there is one.
bool MayGoOut(const Wiring& wiring, int obstacle, uint64_t seq);

ingest::v1::EventRequest ToRequest(const DueEvent& event, const std::string& producer);

}  // namespace keystone::loadgen
