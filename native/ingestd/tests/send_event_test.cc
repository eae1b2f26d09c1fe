#include "crc32c.h"
#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

class SendEventTest : public IngestTest {
 protected:
  void SetUp() override { StartServer(); }

  const std::unique_ptr<grpc::ClientContext> context = NewContext();
  ingest::v1::EventResponse response;
};

TEST_F(SendEventTest, AnswersWithTheEventsPlaceInKafka) {
  const grpc::Status status = Send(Event(1), &response, context.get());
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.success());
  const auto records = kafka.Read(1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].partition, response.partition());
  EXPECT_EQ(records[0].offset, response.offset());
}

TEST_F(SendEventTest, WritesKeyValueAndHeaders) {
  EventRequest event = Event(42);
  event.set_intended_ns(123);
  context->AddMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(Send(event, &response, context.get()).ok());
  const Record record = kafka.Read(1).at(0);
  EXPECT_EQ(record.key, "order-42");
  EXPECT_EQ(record.value, std::string("\x03\x00\x0f\x1e\x2d\x3c\x4b\x5a\x69\x78\x87\x96\xa5\xb4"
                                      "\xc3\xd2\xe1\xf0",
                                      18) +
                              event.payload_json());
  auto headers = record.headers;
  EXPECT_GT(std::stoll(headers["received_ns"]), 1'600'000'000'000'000'000);
  headers.erase("received_ns");
  const std::map<std::string, std::string> expected = {
      {"producer", "test"},
      {"seq", "42"},
      {"intended_ns", "123"},
      {"crc32c", std::to_string(Crc32c(event.payload_json()))},
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};
  EXPECT_EQ(headers, expected);
}

TEST_F(SendEventTest, WritesNoIntendedTimeThatWasNotStated) {
  ASSERT_TRUE(Send(Event(1), &response, context.get()).ok());
  EXPECT_FALSE(kafka.Read(1).at(0).headers.contains("intended_ns"));
}

TEST_F(SendEventTest, StampsTheSchemaVersionThatTheEventNames) {
  EventRequest event = Event(1);
  event.set_schema_version_id("ffffffff-ffff-ffff-ffff-ffffffffffff");
  ASSERT_TRUE(Send(event, &response, context.get()).ok());
  EXPECT_EQ(kafka.Read(1).at(0).value.substr(2, 16), std::string(16, '\xff'));
}

TEST_F(SendEventTest, RefusesAnInvalidEventAsFailed) {
  const grpc::Status status = Send(BadEvent(1), &response, context.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("payload_json"), std::string::npos);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
  EXPECT_EQ(Trailer(*context, "retry-after-ms"), "");
}

TEST_F(SendEventTest, RefusesASeqThatTheLakeCannotHoldAsFailed) {
  const grpc::Status status = Send(Event(1ull << 63), &response, context.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "seq is 9223372036854775808: must be from 0 to 9223372036854775807");
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
}

TEST_F(SendEventTest, RefusesTextThatIsNotUtf8AsFailed) {
  EventRequest event = Event(1);
  event.set_producer("\xff");
  const grpc::Status status = Send(event, &response, context.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("UTF-8"), std::string::npos);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
}

TEST_F(SendEventTest, OutlivesACallerWhoGivesUp) {
  kafka.DelayAnswersMs(500);
  auto impatient = std::make_unique<grpc::ClientContext>();
  impatient->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(Send(Event(1), &response, impatient.get()).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Send(Event(2), &response, context.get()).ok());
}

}  // namespace
}  // namespace keystone::ingestd
