#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "client.h"
#include "clock.h"
#include "event_check.h"
#include "kafka_producer.h"

namespace keystone::ingestd {

// The way of one event into Kafka, the same for all three calls: its client's turn,
// the check, the frame, the queue. Each kind of call has its own, with metrics of
// its own. Borrows what it is made of; any thread may call.
class Intake {
 public:
  Intake(const Clock& clock, const EventRules& rules, KafkaProducer& producer, CallMetrics& metrics)
      : clock_(clock), rules_(rules), producer_(producer), metrics_(metrics) {}

  // Nothing: queued, and `sink` will be told what became of the event. A
  // result: refused, and `sink` will not be told.
  std::optional<EventResult> Submit(const ingest::v1::EventRequest& event, Client& client,
                                    std::string_view traceparent, DeliverySink* sink) const;

  // The event as a record, or why there is none.
  std::variant<WireRecord, EventResult> Frame(const ingest::v1::EventRequest& event, Client& client,
                                              std::string_view traceparent) const;

  // For one that can wait with a record until there is room for it.
  KafkaProducer& producer() const { return producer_; }

  CallMetrics& metrics() const { return metrics_; }

 private:
  const Clock& clock_;
  const EventRules& rules_;
  KafkaProducer& producer_;
  CallMetrics& metrics_;
};

}  // namespace keystone::ingestd
