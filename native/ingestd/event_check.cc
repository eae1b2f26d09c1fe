#include "event_check.h"

#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <string_view>

namespace keystone::ingestd {
namespace {

// The lake stores both numbers as int64: an event with another one would be
// acknowledged and then not be found by its name.
constexpr int64_t kMostNumber = std::numeric_limits<int64_t>::max();

std::optional<EventResult> CheckNumbers(uint64_t seq, int64_t intended_ns) {
  if (seq > kMostNumber) {
    return Invalid("seq is " + std::to_string(seq) + ": must be from 0 to " +
                   std::to_string(kMostNumber));
  }
  if (intended_ns < 0) {
    return Invalid("intended_ns is " + std::to_string(intended_ns) + ": must be from 1 to " +
                   std::to_string(kMostNumber) + ", or 0 if not stated");
  }
  return std::nullopt;
}

std::optional<EventResult> CheckLength(std::string_view field, std::string_view text) {
  if (text.size() <= kMostNameBytes) return std::nullopt;
  return Invalid(std::string(field) + " has " + std::to_string(text.size()) + " bytes: at most " +
                 std::to_string(kMostNameBytes) + " are allowed");
}

std::optional<EventResult> ChooseSchemaVersion(const std::string& asked, const EventRules& rules,
                                               CheckedEvent* checked) {
  if (asked.empty()) {
    checked->schema_version = rules.default_schema_version;
    return std::nullopt;
  }
  const auto id = ParseSchemaVersionId(asked);
  if (!id) {
    return Invalid("schema_version_id is " + Quoted(asked) +
                   ": must be a UUID such as 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, or empty for "
                   "the server's default");
  }
  checked->schema_version = *id;
  return std::nullopt;
}

std::optional<EventResult> ChooseKey(const std::string& asked, simdjson::dom::object order,
                                     CheckedEvent* checked) {
  if (!asked.empty()) {
    checked->key = asked;
    return CheckLength("key", asked);
  }
  simdjson::dom::element order_id;
  if (order["order_id"].get(order_id) != simdjson::SUCCESS) {
    return Invalid("key is empty and payload_json has no order_id: one of the two must be given");
  }
  std::string_view text;
  if (order_id.get(text) != simdjson::SUCCESS || text.empty()) {
    return Invalid("key is empty and payload_json.order_id is " +
                   Quoted(simdjson::minify(order_id)) +
                   ": must be a non-empty string, or key must be given");
  }
  checked->key.assign(text);
  return CheckLength("key is empty and payload_json.order_id", text);
}

}  // namespace

std::optional<EventResult> CheckEvent(const ingest::v1::EventRequest& event,
                                      const EventRules& rules, CheckedEvent* checked) {
  if (auto refusal = CheckNumbers(event.seq(), event.intended_ns())) return refusal;
  if (auto refusal = CheckLength("producer", event.producer())) return refusal;
  const std::string& payload = event.payload_json();
  if (payload.size() > rules.max_event_bytes) {
    return Invalid("payload_json has " + std::to_string(payload.size()) + " bytes: at most " +
                   std::to_string(rules.max_event_bytes) + " are allowed (--max-event-bytes)");
  }
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(payload).get(root)) {
    return Invalid("payload_json is " + Quoted(payload) + ": not valid JSON (" +
                   simdjson::error_message(error) + ")");
  }
  simdjson::dom::object order;
  if (root.get(order) != simdjson::SUCCESS) {
    return Invalid("payload_json is " + Quoted(payload) + ": must be a JSON object");
  }
  if (auto refusal = ChooseSchemaVersion(event.schema_version_id(), rules, checked)) return refusal;
  return ChooseKey(event.key(), order, checked);
}

}  // namespace keystone::ingestd
