#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "call_metrics.h"
#include "clock.h"
#include "in_flight_budget.h"
#include "kafka_client.h"
#include "kafka_health.h"
#include "kafka_log.h"
#include "outcome.h"
#include "wire_record.h"

namespace keystone::ingestd {

// Waits for what became of one record, which counts as an event of `metrics`.
class DeliverySink {
 public:
  explicit DeliverySink(CallMetrics& metrics) : metrics_(metrics) {}

  // Called once for each record that Produce took, on a thread of the producer
  // and perhaps before Produce returns. Must not block. The producer does not
  // touch the sink afterwards, so it may end itself here.
  virtual void OnDelivery(EventResult result) = 0;

 protected:
  ~DeliverySink() = default;

 private:
  friend class KafkaProducer;

  CallMetrics& metrics_;
  int64_t received_ns_ = 0;  // of the record
};

// What becomes of a record at once: the sink will be told the rest; there is no
// room, and the waiter will be told when there is; or it is refused.
struct Queued {};
struct NoRoomYet {};
using Produced = std::variant<Queued, NoRoomYet, EventResult>;

// Tells each record's sink what Kafka's delivery report says of it. A record
// takes room in the budget from Produce to its report.
//
// A broker that is away is no failure here: records wait in the queue and each
// gets its report, at the latest when its delivery timeout ends. After a fatal
// error (librdkafka's word for an idempotent producer that can not go on) the
// client is replaced: what it still had is reported failed or unknown, and new
// records go to a new one. Where that does not help, it is tried less and less
// often.
//
// Owns the client, and a thread that asks it each second whether Kafka answers
// and replaces it. Any thread may call any method.
class KafkaProducer final : private KafkaClient::Listener {
 public:
  // Told, on the producer's own thread, when it becomes of use, or no more is.
  using OnHealth = std::function<void(bool is_healthy)>;

  // Null, with one line in `error`, if librdkafka refuses the settings. The
  // brokers are not asked: they may come up later. No payload is larger than
  // `max_event_bytes`. `budget` and `clock`
  // outlive the producer.
  static std::unique_ptr<KafkaProducer> Start(std::string name, const KafkaSettings& settings,
                                              size_t max_event_bytes, InFlightBudget& budget,
                                              const Clock& clock, OnHealth on_health,
                                              std::string* error);

  // Waits for nothing: call Flush and Purge first. Records that are still there
  // are purged, and their sinks told.
  ~KafkaProducer();

  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // What the memory of a record counts as beside its value.
  static constexpr size_t kRecordBytes = 512;

  // Queues one record. Nothing: taken, and the sink will be told. A result: not
  // taken, and the sink will not be told.
  std::optional<EventResult> Produce(WireRecord record, DeliverySink* sink);

  // The same, but one for which there is no room is left where it is, to be
  // produced again when `waiter` is told.
  Produced ProduceOrWait(WireRecord* record, DeliverySink* sink,
                         const std::weak_ptr<RoomWaiter>& waiter);

  // Sends what is queued, lingering no more, and waits for the reports. False
  // if some are still missing after `timeout`.
  bool Flush(std::chrono::milliseconds timeout);

  // Records that librdkafka has and Kafka has not confirmed.
  int Waiting() const;

  // Gives up on every record that Produce took before: its report follows soon,
  // failed if it never left, unknown if it was sent.
  void Purge();

 private:
  // A client, and how many calls use it just now. The client goes when it has
  // failed and nobody uses it; its place stays, for whoever is about to look.
  struct Place {
    std::unique_ptr<KafkaClient> client;
    std::atomic<int> users{0};
  };
  class Use;

  KafkaProducer(std::string name, const KafkaSettings& settings, size_t max_event_bytes,
                InFlightBudget& budget, const Clock& clock, OnHealth on_health);

  std::optional<EventResult> Queue(WireRecord record, DeliverySink* sink);
  bool OpenClient(std::string* error);
  void LookAfterClient();
  void Replace();
  void TellHealth();

  void OnReport(const rd_kafka_message_t& report) override;
  void OnError(rd_kafka_resp_err_t error, const char* reason, bool is_fatal) override;

  const KafkaSettings settings_;
  const size_t max_event_bytes_;
  InFlightBudget& budget_;
  const Clock& clock_;
  const OnHealth on_health_;
  KafkaLog log_;

  std::atomic<Place*> current_{nullptr};
  std::vector<std::unique_ptr<Place>> places_;  // the keeper's, once it runs

  // The keeper's alone.
  KafkaHealth health_;
  bool is_good_ = false;  // as was told

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool has_failed_ = false;
  bool stopping_ = false;
  std::thread keeper_;
};

}  // namespace keystone::ingestd
