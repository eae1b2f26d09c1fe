// Hostile input to what stands between a client and Kafka: the request's bytes,
// the check of the event, the record made of it. The first byte says what the rest
// is: a request as it comes over the wire ('r'), or the payload of one.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "event_check.h"
#include "message_codec.h"
#include "wire_record.h"

namespace keystone::ingestd {
namespace {

constexpr EventRules kRules = {.max_event_bytes = 4096, .default_schema_version = {}};

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

std::string RequestOf(std::string_view payload) {
  ingest::v1::EventRequest event;
  event.set_payload_json(std::string(payload));
  return event.SerializePartialAsString();
}

bool Read(std::string_view input, ingest::v1::EventRequest* event) {
  const std::string_view rest = input.substr(1);
  const grpc::Slice slice(input.front() == 'r' ? std::string(rest) : RequestOf(rest));
  const grpc::ByteBuffer bytes(&slice, 1);
  if (Parse(bytes, event)) return true;
  SeqOfMalformed(bytes);
  return false;
}

void Check(const ingest::v1::EventRequest& event) {
  CheckedEvent checked;
  if (const auto refusal = CheckEvent(event, kRules, &checked)) {
    Expect(refusal->outcome == ingest::v1::OUTCOME_FAILED, "a refused event has failed");
    Expect(refusal->code == grpc::StatusCode::INVALID_ARGUMENT, "it is the client's fault");
    ingest::v1::EventAck ack, read;
    FillAck(*refusal, event.seq(), &ack);
    Expect(!ack.message().empty(), "it is told why");
    Expect(read.ParseFromString(ack.SerializeAsString()), "its ack can be read, so it is UTF-8");
    return;
  }
  Expect(!checked.key.empty(), "what passes has a key");
  const std::string& payload = event.payload_json();
  Expect(payload.size() <= kRules.max_event_bytes, "it is not too large");
  const RecordValue value = MakeValue(checked.schema_version, payload);
  Expect(value.size == kValuePrefixBytes + payload.size(), "it is framed whole");
  Expect(std::memcmp(value.bytes.get() + kValuePrefixBytes, payload.data(), payload.size()) == 0,
         "as it was sent");
  MakeHeaders({.producer = event.producer(), .seq = event.seq(), .traceparent = {}});
}

}  // namespace
}  // namespace keystone::ingestd

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it tells of each text that is no UTF-8
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  keystone::ingest::v1::EventRequest event;
  if (keystone::ingestd::Read({reinterpret_cast<const char*>(data), size}, &event)) {
    keystone::ingestd::Check(event);
  }
  return 0;
}
