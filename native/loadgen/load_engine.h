#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "batch_transport.h"
#include "channel.h"
#include "event_block.h"
#include "send_log.h"
#include "transport.h"

namespace keystone::loadgen {

// Nobody answered in time.
class NoServer : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class CallKind { kStream, kUnary, kBatch };

constexpr int kMostRetries = 100;

struct EngineSettings {
  std::string address;
  std::optional<Security> security;
  std::string producer;
  CallKind call = CallKind::kStream;
  BatchSettings batch;
  int connections = 1;  // events go over them in turn
  Share share;
  int retries = 0;  // how often an event is sent again that failed or is unknown
  int64_t max_open = 0;
  // Not 0: a closed loop. The plan's times count for nothing, each event is due as
  // soon as fewer than this many are open.
  int64_t in_flight = 0;
  double connect_timeout_s = 0;
  double ack_timeout_s = 0;
  Clock clock;
};

// The sender. In an open loop it offers each event at the moment that its plan
// names, never waits for the server, and records how late it was itself. In a
// closed loop, for peers that know no other, it keeps so many events under way.
//
//   Push ─► blocks with their due times ─► pacer (a thread) ─► transport ─► server
//
// Connect, Push and End belong to one thread, which feeds; all else may be
// called from any.
class LoadEngine {
 public:
  explicit LoadEngine(const EngineSettings& settings);
  ~LoadEngine();

  // Waits until the server answers; false if Stop came first. Throws NoServer.
  bool Connect();

  // The plan's time begins then, and not with the first Push. Before it.
  void StartAt(int64_t start_ns);

  // Events due so many nanoseconds after the plan's start. Waits while enough is
  // queued; false once there is no use in pushing more.
  bool Push(EventBlock block, std::vector<int64_t> due_ns);

  // There are no more events.
  void End();

  // Lets no further event become due.
  void Stop();

  // Waits for no further answer.
  void GiveUp();

  // Whether every event that became due is settled; waits up to `timeout_s`.
  bool AwaitEnd(double timeout_s);

  // Whether the plan ended before its end.
  bool stopped() const { return stopped_; }

  // Of the payloads of all events that became due.
  int64_t payload_bytes() const { return payload_bytes_; }

  SendLog& log() { return log_; }

 private:
  struct Due {
    EventBlock block;
    std::vector<uint32_t> crc32c;
    std::vector<int64_t> at_ns;
  };

  void Start(int64_t start_ns);
  void Pace();
  bool NextBlock(Due* due);
  bool WaitAndRetry(std::unique_lock<std::mutex>& guard,
                    std::chrono::steady_clock::time_point until,
                    const std::function<bool()>& is_over);
  void OfferAgain();
  bool IsStopped();
  void AwaitRetries(std::chrono::steady_clock::time_point deadline);
  bool AwaitTurn(int64_t* at_ns);
  bool SleepUntil(int64_t at_ns);
  void SayIdle(int64_t until_ns);

  const EngineSettings settings_;
  SendLog log_;
  std::atomic<int32_t> streams_ = 0;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::thread pacer_;
  size_t turn_ = 0;  // the pacer's: which transport is next
  std::atomic<int64_t> payload_bytes_ = 0;
  std::atomic<bool> stopped_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Due> queue_;
  size_t queued_bytes_ = 0;
  int64_t start_ns_ = kNull;
  bool ended_ = false;  // no more is pushed
  bool stop_ = false;
  bool given_up_ = false;
  bool over_ = false;
};

}  // namespace keystone::loadgen
