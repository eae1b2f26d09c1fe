#pragma once

#include <optional>
#include <string>

#include "outcome.h"
#include "schema_version_id.h"

namespace keystone::ingestd {

// Of a key, and of a producer's name: both lie in memory beside the payload.
constexpr size_t kMostNameBytes = 1024;

// What the server itself demands of an event.
struct EventRules {
  size_t max_event_bytes = 1 << 20;
  SchemaVersionId default_schema_version{};
};

// What the check learns and the record needs.
struct CheckedEvent {
  std::string key;
  SchemaVersionId schema_version{};
};

// Nothing when the event may go to Kafka, `checked` being filled in; else the
// refusal. What passes has a seq and an intended_ns that the lake can hold. The
// payload is parsed to its last byte, so it is a complete JSON object in valid
// UTF-8. Its fields are the contract's affair, not the server's, except order_id
// when it has to serve as the key. Key and producer have kMostNameBytes at most.
//
// Keeps one parser for each thread, whose memory grows to that of the largest
// event seen.
std::optional<EventResult> CheckEvent(const ingest::v1::EventRequest& event,
                                      const EventRules& rules, CheckedEvent* checked);

}  // namespace keystone::ingestd
