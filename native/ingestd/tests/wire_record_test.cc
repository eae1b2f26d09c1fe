#include "wire_record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace keystone::ingestd {
namespace {

const SchemaVersionId kId = {0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78,
                             0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0};

std::vector<std::string> Texts(const RecordHeaders& headers) {
  std::vector<std::string> texts;
  const char* name;
  const void* value;
  size_t size;
  for (size_t i = 0; rd_kafka_header_get_all(headers.get(), i, &name, &value, &size) ==
                     RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    texts.push_back(std::string(name) + "=" + std::string(static_cast<const char*>(value), size));
  }
  return texts;
}

TEST(WireRecord, ValueIsFormatCompressionSchemaVersionPayload) {
  const RecordValue value = MakeValue(kId, "{}");
  const std::string expected(
      "\x03\x00\x0f\x1e\x2d\x3c\x4b\x5a\x69\x78\x87\x96\xa5\xb4\xc3\xd2\xe1\xf0{}", 20);
  EXPECT_EQ(std::string(value.bytes.get(), value.size), expected);
}

TEST(WireRecord, HeadersAreAsciiDecimal) {
  const RecordHeaders headers = MakeHeaders({.producer = "gen-1",
                                             .seq = 9223372036854775807u,
                                             .intended_ns = 1'700'000'000'000'000'001,
                                             .received_ns = 1'700'000'000'123'456'789,
                                             .crc32c = 0xE3069283,
                                             .traceparent = "00-aa-bb-01"});
  const std::vector<std::string> expected = {
      "producer=gen-1",
      "seq=9223372036854775807",
      "intended_ns=1700000000000000001",
      "received_ns=1700000000123456789",
      "crc32c=3808858755",
      "traceparent=00-aa-bb-01",
  };
  EXPECT_EQ(Texts(headers), expected);
}

TEST(WireRecord, HasNoHeaderForATraceOrAnIntendedTimeThatIsNotKnown) {
  const RecordHeaders headers = MakeHeaders(RecordStamps{});
  const std::vector<std::string> expected = {"producer=", "seq=0", "received_ns=0", "crc32c=0"};
  EXPECT_EQ(Texts(headers), expected);
}

}  // namespace
}  // namespace keystone::ingestd
