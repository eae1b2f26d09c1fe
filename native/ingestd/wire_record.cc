#include "wire_record.h"

#include <charconv>
#include <cstring>
#include <new>

namespace keystone::ingestd {
namespace {

constexpr char kGlueFormat = 0x03;
constexpr char kNotCompressed = 0x00;
constexpr size_t kHeaderCount = 6;

void Add(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

template <typename Integer>
void AddNumber(rd_kafka_headers_t* headers, std::string_view name, Integer value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  Add(headers, name, std::string_view(digits, static_cast<size_t>(end - digits)));
}

}  // namespace

RecordValue MakeValue(const SchemaVersionId& schema_version, std::string_view payload) {
  RecordValue value;
  value.size = kValuePrefixBytes + payload.size();
  value.bytes.reset(static_cast<char*>(std::malloc(value.size)));
  if (!value.bytes) throw std::bad_alloc();
  char* at = value.bytes.get();
  *at++ = kGlueFormat;
  *at++ = kNotCompressed;
  std::memcpy(at, schema_version.data(), schema_version.size());
  std::memcpy(at + schema_version.size(), payload.data(), payload.size());
  return value;
}

RecordHeaders MakeHeaders(const RecordStamps& stamps) {
  RecordHeaders headers(rd_kafka_headers_new(kHeaderCount));
  Add(headers.get(), "producer", stamps.producer);
  AddNumber(headers.get(), "seq", stamps.seq);
  if (stamps.intended_ns != 0) AddNumber(headers.get(), "intended_ns", stamps.intended_ns);
  AddNumber(headers.get(), "received_ns", stamps.received_ns);
  AddNumber(headers.get(), "crc32c", stamps.crc32c);
  if (!stamps.traceparent.empty()) Add(headers.get(), "traceparent", stamps.traceparent);
  return headers;
}

}  // namespace keystone::ingestd
