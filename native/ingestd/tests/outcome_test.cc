#include "outcome.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

using ingest::v1::OUTCOME_FAILED;

TEST(Outcome, OfAFullServerIsFailedWithAHintWhenToRetry) {
  const EventResult result = NoRoom();
  EXPECT_EQ(result.outcome, OUTCOME_FAILED);
  EXPECT_EQ(result.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GT(result.retry_after_ms, 0u);
}

TEST(Outcome, OfARecordThatIsTooLargeIsTheClientsFault) {
  const EventResult result = NotQueued(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "orders");
  EXPECT_EQ(result.outcome, OUTCOME_FAILED);
  EXPECT_EQ(result.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(result.retry_after_ms, 0u);
}

TEST(Outcome, OfAnUnknownTopicNamesTheTopic) {
  const EventResult result = NotQueued(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "orders");
  EXPECT_EQ(result.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(result.message.find("topic orders"), std::string::npos) << result.message;
}

TEST(Outcome, IsCopiedIntoAnAck) {
  EventResult result = Invalid("payload_json is wrong");
  result.retry_after_ms = 5;
  ingest::v1::EventAck ack;
  FillAck(result, 7, &ack);
  EXPECT_EQ(ack.seq(), 7u);
  EXPECT_EQ(ack.outcome(), OUTCOME_FAILED);
  EXPECT_EQ(ack.code(), 3);
  EXPECT_EQ(ack.message(), "payload_json is wrong");
  EXPECT_EQ(ack.retry_after_ms(), 5u);
}

TEST(Quoted, KeepsAShortValue) { EXPECT_EQ(Quoted("abc"), "\"abc\""); }

TEST(Quoted, CutsALongValue) {
  EXPECT_EQ(Quoted(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

TEST(Quoted, CutsBetweenCharactersNotWithinOne) {
  EXPECT_EQ(Quoted(std::string(59, 'x') + "é and more"), "\"" + std::string(59, 'x') + "...\"");
}

TEST(Quoted, StaysOnOneLine) { EXPECT_EQ(Quoted("a\nb\tc"), "\"a b c\""); }

}  // namespace
}  // namespace keystone::ingestd
