#include "intake.h"

#include <utility>

#include "crc32c.h"
#include "wire_record.h"

namespace keystone::ingestd {

std::optional<EventResult> Intake::Submit(const ingest::v1::EventRequest& event, Client& client,
                                          std::string_view traceparent, DeliverySink* sink) const {
  auto framed = Frame(event, client, traceparent);
  if (auto* refusal = std::get_if<EventResult>(&framed)) return std::move(*refusal);
  return producer_.Produce(std::get<WireRecord>(std::move(framed)), sink);
}

std::variant<WireRecord, EventResult> Intake::Frame(const ingest::v1::EventRequest& event,
                                                    Client& client,
                                                    std::string_view traceparent) const {
  const int64_t received_ns = clock_.NowNs();
  if (auto refusal = client.TakeTurn(received_ns)) return *std::move(refusal);
  CheckedEvent checked;
  if (auto refusal = CheckEvent(event, rules_, &checked)) return *std::move(refusal);
  const std::string& payload = event.payload_json();
  RecordHeaders headers = MakeHeaders({
      .producer = event.producer(),
      .seq = event.seq(),
      .intended_ns = event.intended_ns(),
      .received_ns = received_ns,
      .crc32c = Crc32c(payload),
      .traceparent = traceparent,
  });
  return WireRecord{received_ns, std::move(checked.key), MakeValue(checked.schema_version, payload),
                    std::move(headers)};
}

}  // namespace keystone::ingestd
