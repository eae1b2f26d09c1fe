#include "intake.h"

#include "crc32c.h"
#include "wire_record.h"

namespace keystone::ingestd {

std::optional<EventResult> Intake::Submit(const ingest::v1::EventRequest& event,
                                          std::string_view traceparent, DeliverySink* sink) const {
  const int64_t received_ns = clock_.NowNs();
  CheckedEvent checked;
  if (auto refusal = CheckEvent(event, rules_, &checked)) return refusal;
  const std::string& payload = event.payload_json();
  RecordHeaders headers = MakeHeaders({
      .producer = event.producer(),
      .seq = event.seq(),
      .intended_ns = event.intended_ns(),
      .received_ns = received_ns,
      .crc32c = Crc32c(payload),
      .traceparent = traceparent,
  });
  return producer_.Produce(checked.key, MakeValue(checked.schema_version, payload),
                           std::move(headers), sink);
}

}  // namespace keystone::ingestd
