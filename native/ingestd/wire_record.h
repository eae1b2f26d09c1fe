#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "schema_version_id.h"

namespace keystone::ingestd {

struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

// The value of a Kafka record, in memory from malloc: librdkafka takes it over
// and frees it, so the payload is copied once.
struct RecordValue {
  std::unique_ptr<char, FreeMemory> bytes;
  size_t size = 0;
};

constexpr size_t kValuePrefixBytes = 2 + sizeof(SchemaVersionId);

// The wire format of the Glue Schema Registry: 0x03 (version of the format),
// 0x00 (not compressed), the schema version's 16 bytes, the payload.
RecordValue MakeValue(const SchemaVersionId& schema_version, std::string_view payload);

// What the headers of a record say, next to its key and value.
struct RecordStamps {
  std::string_view producer;
  uint64_t seq = 0;
  int64_t intended_ns = 0;  // 0: no header, the client did not say
  int64_t received_ns = 0;
  uint32_t crc32c = 0;           // over payload_json as sent
  std::string_view traceparent;  // empty: no header
};

struct DestroyHeaders {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};
using RecordHeaders = std::unique_ptr<rd_kafka_headers_t, DestroyHeaders>;

// Headers producer, seq, received_ns, crc32c and, if they are known, intended_ns
// and traceparent; numbers in ASCII decimal.
RecordHeaders MakeHeaders(const RecordStamps& stamps);

// What goes to Kafka for one event.
struct WireRecord {
  int64_t received_ns = 0;
  std::string key;
  RecordValue value;
  RecordHeaders headers;
};

}  // namespace keystone::ingestd
