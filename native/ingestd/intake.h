#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "clock.h"
#include "event_check.h"
#include "kafka_producer.h"

namespace keystone::ingestd {

// The way of one event into Kafka, the same for all three calls: check it, find
// room for it, frame it, queue it. Borrows what it is made of; any thread may call.
class Intake {
 public:
  Intake(const Clock& clock, const EventRules& rules, KafkaProducer& producer)
      : clock_(clock), rules_(rules), producer_(producer) {}

  // Nothing: queued, and `sink` will be told what became of the event. A
  // result: refused, and `sink` will not be told.
  std::optional<EventResult> Submit(const ingest::v1::EventRequest& event,
                                    std::string_view traceparent, DeliverySink* sink) const;

  // The same for an event received before, but one for which there is no room is
  // not refused: false, and `waiter` is told when it may be submitted again.
  bool SubmitOrWait(const ingest::v1::EventRequest& event, int64_t received_ns,
                    std::string_view traceparent, DeliverySink* sink,
                    const std::weak_ptr<RoomWaiter>& waiter,
                    std::optional<EventResult>* refusal) const;

  int64_t NowNs() const { return clock_.NowNs(); }

 private:
  std::optional<EventResult> Queue(const ingest::v1::EventRequest& event,
                                   const CheckedEvent& checked, int64_t received_ns,
                                   std::string_view traceparent, DeliverySink* sink) const;

  const Clock& clock_;
  const EventRules& rules_;
  KafkaProducer& producer_;
};

}  // namespace keystone::ingestd
