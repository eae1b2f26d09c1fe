#include "event_check.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace keystone::ingestd {
namespace {

const SchemaVersionId kDefault = {1, 2, 3};
constexpr uint64_t kMostSeq = INT64_MAX;

struct Given {
  std::string payload;
  std::string key = "";
  std::string schema_version_id = "";
  uint64_t seq = 1;
  int64_t intended_ns = 0;
  std::string producer = "";
  size_t most_bytes = 100;
};

struct Checked {
  std::optional<EventResult> refusal;
  CheckedEvent event;
};

Checked Check(const Given& given) {
  ingest::v1::EventRequest event;
  event.set_payload_json(given.payload);
  event.set_key(given.key);
  event.set_schema_version_id(given.schema_version_id);
  event.set_seq(given.seq);
  event.set_intended_ns(given.intended_ns);
  event.set_producer(given.producer);
  const EventRules rules{.max_event_bytes = given.most_bytes, .default_schema_version = kDefault};
  Checked checked;
  checked.refusal = CheckEvent(event, rules, &checked.event);
  return checked;
}

TEST(EventCheck, TakesTheOrderIdAsKey) {
  const Checked checked = Check({R"({"order_id": "o-1", "price": 12.5})"});
  ASSERT_FALSE(checked.refusal);
  EXPECT_EQ(checked.event.key, "o-1");
  EXPECT_EQ(checked.event.schema_version, kDefault);
}

TEST(EventCheck, TakesTheOrderIdAsItReadsNotAsItIsEscaped) {
  EXPECT_EQ(Check({R"({"order_id": "a\u002db"})"}).event.key, "a-b");
}

TEST(EventCheck, PrefersTheKeyThatIsGiven) {
  EXPECT_EQ(Check({R"({"order_id": "o-1"})", "k-1"}).event.key, "k-1");
  EXPECT_FALSE(Check({"{}", "k-1"}).refusal);
}

TEST(EventCheck, TakesTheSchemaVersionThatIsGiven) {
  const Checked checked = Check({"{}", "k", "ff000000-0000-0000-0000-000000000001"});
  ASSERT_FALSE(checked.refusal);
  EXPECT_EQ(checked.event.schema_version[0], 0xff);
  EXPECT_EQ(checked.event.schema_version[15], 0x01);
}

TEST(EventCheck, AllowsAPayloadOfExactlyTheLimit) {
  std::string payload = R"({"order_id": "o-1"})";
  payload += std::string(100 - payload.size(), ' ');
  EXPECT_FALSE(Check({payload}).refusal);
}

TEST(EventCheck, AllowsTheNumbersThatTheLakeCanHold) {
  EXPECT_FALSE(Check({"{}", "k", "", 0, 0}).refusal);
  EXPECT_FALSE(Check({"{}", "k", "", kMostSeq, INT64_MAX}).refusal);
}

TEST(EventCheck, AllowsNamesOfExactlyTheLimit) {
  const std::string name(kMostNameBytes, 'n');
  EXPECT_FALSE(Check({"{}", name, "", 1, 0, name}).refusal);
  EXPECT_FALSE(Check({R"({"order_id": ")" + name + "\"}", "", "", 1, 0, "", 2000}).refusal);
}

struct Refusal {
  const char* name;
  Given given;
  std::string message;  // a part of it
};

class EventCheckRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(EventCheckRefuses, AndSaysWhy) {
  const Checked checked = Check(GetParam().given);
  ASSERT_TRUE(checked.refusal);
  EXPECT_EQ(checked.refusal->outcome, ingest::v1::OUTCOME_FAILED);
  EXPECT_EQ(checked.refusal->code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(checked.refusal->message.find(GetParam().message), std::string::npos)
      << checked.refusal->message;
}

const Refusal kRefusals[] = {
    {"Nothing", {"", "k"}, "payload_json is \"\": not valid JSON"},
    {"Garbage", {"order", "k"}, "payload_json is \"order\": not valid JSON"},
    {"TruncatedJson", {R"({"order_id": "o-1")", "k"}, "not valid JSON"},
    {"TrailingGarbage", {R"({"order_id": "o-1"} x)", "k"}, "not valid JSON"},
    {"TwoDocuments", {"{} {}", "k"}, "not valid JSON"},
    {"BadNumberDeepInside", {R"({"order_id": "o-1", "items": [{"price": 01}]})"}, "not valid JSON"},
    {"BadEscape", {R"({"order_id": "\q"})"}, "not valid JSON"},
    {"ControlCharacter", {"{\"order_id\": \"a\nb\"}"}, "not valid JSON"},
    {"InvalidUtf8", {"{\"order_id\": \"\xff\"}"}, "not valid JSON"},
    {"NaN", {R"({"order_id": "o-1", "price": NaN})"}, "not valid JSON"},
    {"AnArray", {"[]", "k"}, "payload_json is \"[]\": must be a JSON object"},
    {"AString", {"\"o-1\"", "k"}, "must be a JSON object"},
    {"Null", {"null", "k"}, "must be a JSON object"},
    {"TooLarge", {std::string(101, ' '), "k"}, "payload_json has 101 bytes: at most 100"},
    {"NoKeyAtAll", {"{}"}, "key is empty and payload_json has no order_id"},
    {"NumberAsOrderId", {R"({"order_id": 17})"}, "payload_json.order_id is \"17\""},
    {"NullAsOrderId", {R"({"order_id": null})"}, "payload_json.order_id is \"null\""},
    {"EmptyOrderId", {R"({"order_id": ""})"}, "must be a non-empty string"},
    {"BadSchemaVersion", {"{}", "k", "v7"}, "schema_version_id is \"v7\": must be a UUID"},
    {"SeqAboveInt64",
     {"{}", "k", "", kMostSeq + 1},
     "seq is 9223372036854775808: must be from 0 to 9223372036854775807"},
    {"LargestSeq", {"{}", "k", "", UINT64_MAX}, "seq is 18446744073709551615: must be from 0 to"},
    {"IntendedBefore1970",
     {"{}", "k", "", 1, -1},
     "intended_ns is -1: must be from 1 to 9223372036854775807, or 0 if not stated"},
    {"LongKey", {"{}", std::string(1025, 'k')}, "key has 1025 bytes: at most 1024 are allowed"},
    {"LongProducer",
     {"{}", "k", "", 1, 0, std::string(1025, 'p')},
     "producer has 1025 bytes: at most 1024 are allowed"},
    {"LongOrderId",
     {R"({"order_id": ")" + std::string(1025, 'o') + "\"}", "", "", 1, 0, "", 2000},
     "payload_json.order_id has 1025 bytes: at most 1024 are allowed"},
    {"LeastIntended", {"{}", "k", "", 1, INT64_MIN}, "intended_ns is -9223372036854775808: must"},
};

INSTANTIATE_TEST_SUITE_P(, EventCheckRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& info) { return info.param.name; });

TEST(EventCheck, GoesOnAfterARefusal) {
  EXPECT_TRUE(Check({"{"}).refusal);
  EXPECT_FALSE(Check({R"({"order_id": "o-1"})"}).refusal);
}

}  // namespace
}  // namespace keystone::ingestd
