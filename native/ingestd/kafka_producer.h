#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "in_flight_budget.h"
#include "kafka_log.h"
#include "outcome.h"
#include "wire_record.h"

namespace keystone::ingestd {

struct KafkaSettings {
  std::string bootstrap_servers;
  std::string topic = "olist-enterprise-events";
  int linger_ms = 5;
  int delivery_timeout_ms = 10'000;
};

// Waits for what became of one record.
class DeliverySink {
 public:
  // Called once for each record that Produce took, on a thread of the producer
  // and perhaps before Produce returns. Must not block. The producer does not
  // touch the sink afterwards, so it may end itself here.
  virtual void OnDelivery(EventResult result) = 0;

 protected:
  ~DeliverySink() = default;
};

// An idempotent Kafka producer (acks=all) for one topic, which tells each
// record's sink what librdkafka's delivery report says of it.
//
// A record takes room in the budget from Reserve to its report.
//
// Owns the librdkafka client and one thread that polls it. Any thread may call
// any method. A broker that is away is no failure here: records wait in the
// queue and each gets its report, at the latest when its delivery timeout ends.
// After a fatal error (librdkafka's word for an idempotent producer that can
// not go on) every record is refused and on_fatal is called, once.
class KafkaProducer {
 public:
  // Null, with one line in `error`, if librdkafka refuses the settings. The
  // brokers are not asked: they may come up later. No payload is larger than
  // `max_event_bytes`. `budget` outlives the producer.
  static std::unique_ptr<KafkaProducer> Start(std::string name, const KafkaSettings& settings,
                                              size_t max_event_bytes, InFlightBudget& budget,
                                              std::function<void()> on_fatal, std::string* error);

  // Waits for nothing: call Flush and Purge first. Records that are still there
  // are purged, and their sinks told.
  ~KafkaProducer();

  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Room for a record with a value of so many bytes; false if there is none.
  // With a waiter, that one is told when there is.
  bool Reserve(size_t value_bytes);
  bool ReserveOrWait(size_t value_bytes, const std::weak_ptr<RoomWaiter>& waiter);

  // What the memory of a record counts as beside its value.
  static constexpr size_t kRecordBytes = 512;

  // Queues one record, for which there is room. Nothing: taken, and the sink
  // will be told. A result: not taken, and the sink will not be told.
  std::optional<EventResult> Produce(std::string_view key, RecordValue value, RecordHeaders headers,
                                     DeliverySink* sink);

  // Sends what is queued, lingering no more, and waits for the reports. False
  // if some are still missing after `timeout`.
  bool Flush(std::chrono::milliseconds timeout);

  // Gives up on every record that Produce took before: its report follows soon,
  // failed if it never left, unknown if it was sent.
  void Purge();

 private:
  KafkaProducer(std::string name, std::string topic, InFlightBudget& budget,
                std::function<void()> on_fatal);

  bool Open(const KafkaSettings& settings, size_t max_event_bytes, std::string* error);
  void Poll();

  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* report, void* self);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* self);

  const std::string topic_name_;
  InFlightBudget& budget_;
  const std::function<void()> on_fatal_;
  KafkaLog log_;
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::thread poller_;
};

}  // namespace keystone::ingestd
