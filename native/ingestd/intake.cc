#include "intake.h"

#include <utility>

#include "crc32c.h"
#include "wire_record.h"

namespace keystone::ingestd {

namespace {

size_t ValueBytes(const ingest::v1::EventRequest& event) {
  return kValuePrefixBytes + event.payload_json().size();
}

}  // namespace

std::optional<EventResult> Intake::Submit(const ingest::v1::EventRequest& event,
                                          std::string_view traceparent, DeliverySink* sink) const {
  const int64_t received_ns = clock_.NowNs();
  CheckedEvent checked;
  if (auto refusal = CheckEvent(event, rules_, &checked)) return refusal;
  if (!producer_.Reserve(ValueBytes(event))) return NoRoom();
  return Queue(event, checked, received_ns, traceparent, sink);
}

bool Intake::SubmitOrWait(const ingest::v1::EventRequest& event, int64_t received_ns,
                          std::string_view traceparent, DeliverySink* sink,
                          const std::weak_ptr<RoomWaiter>& waiter,
                          std::optional<EventResult>* refusal) const {
  CheckedEvent checked;
  *refusal = CheckEvent(event, rules_, &checked);
  if (*refusal) return true;
  if (!producer_.ReserveOrWait(ValueBytes(event), waiter)) return false;
  *refusal = Queue(event, checked, received_ns, traceparent, sink);
  return true;
}

std::optional<EventResult> Intake::Queue(const ingest::v1::EventRequest& event,
                                         const CheckedEvent& checked, int64_t received_ns,
                                         std::string_view traceparent, DeliverySink* sink) const {
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
