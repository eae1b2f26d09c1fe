// What is answered while Kafka is away: never an OK, and "failed" only for what
// is certainly not in the log.
#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

class OutageTest : public IngestTest {
 protected:
  OutageTest() { settings.kafka.delivery_timeout_ms = 1000; }
};

TEST_F(OutageTest, EventsThatNeverLeftFail) {
  kafka.Down();
  StartServer();
  const auto context = NewContext();
  ingest::v1::EventResponse response;
  const grpc::Status status = Send(Event(1), &response, context.get());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << status.error_message();
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
  EXPECT_NE(Trailer(*context, "retry-after-ms"), "");
}

TEST_F(OutageTest, EventsThatWereSentButNotConfirmedAreUnknown) {
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);  // so the connection stands
  kafka.DelayAnswersMs(5000);
  stream.Write(Event(2));
  const EventAck ack = stream.Read();
  EXPECT_EQ(ack.outcome(), OUTCOME_UNKNOWN);
  EXPECT_EQ(ack.code(), grpc::StatusCode::DEADLINE_EXCEEDED) << ack.message();
  kafka.DelayAnswersMs(0);
  EXPECT_EQ(kafka.Read(2).size(), 2u);  // it had arrived after all
}

TEST_F(OutageTest, UnaryEventsNotConfirmedAreUnknown) {
  StartServer();
  ingest::v1::EventResponse response;
  ASSERT_TRUE(Send(Event(1), &response, NewContext().get()).ok());
  kafka.DelayAnswersMs(5000);
  const auto context = NewContext();
  EXPECT_EQ(Send(Event(2), &response, context.get()).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "unknown");
}

TEST_F(OutageTest, EventsBeyondTheQueueAreRefusedAtOnceWithAHint) {
  settings.kafka.max_queued_messages = 10;
  kafka.Down();
  StartServer();
  ingest::v1::BatchRequest batch;
  for (uint64_t seq = 1; seq <= 15; ++seq) *batch.add_events() = Event(seq);
  ingest::v1::BatchResponse response;
  ASSERT_TRUE(stub->SendBatch(NewContext().get(), batch, &response).ok());
  for (int i = 0; i < 15; ++i) {
    EXPECT_EQ(response.acks(i).outcome(), OUTCOME_FAILED);
    EXPECT_EQ(response.acks(i).code(),
              i < 10 ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_GT(response.acks(i).retry_after_ms(), 0u);
  }
}

TEST_F(OutageTest, StreamsHearOfAFullQueueAndGoOnAfterwards) {
  settings.kafka.max_queued_messages = 10;
  settings.kafka.delivery_timeout_ms = 20'000;
  kafka.Down();
  StartServer();
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 11; ++seq) stream.Write(Event(seq));
  const EventAck refused = stream.Read();
  EXPECT_EQ(refused.seq(), 11u);
  EXPECT_EQ(refused.code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  kafka.Up();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(stream.Read().outcome(), OUTCOME_OK);
}

TEST_F(OutageTest, NothingIsAcknowledgedUntilKafkaIsBack) {
  settings.kafka.delivery_timeout_ms = 30'000;
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  kafka.Down();
  for (uint64_t seq = 2; seq <= 100; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(101));
  EXPECT_EQ(stream.Read().seq(), 101u);  // overtakes them: none has an ack yet
  kafka.Up();
  for (int i = 2; i <= 100; ++i) ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  EXPECT_EQ(kafka.Read(100).size(), 100u);
}

TEST_F(OutageTest, AnErrorThatKafkaGetsOverIsRetriedUnseen) {
  settings.kafka.delivery_timeout_ms = 20'000;
  StartServer();
  kafka.RefuseProduce(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 3);
  ingest::v1::EventResponse response;
  EXPECT_TRUE(Send(Event(1), &response, NewContext().get()).ok());
  EXPECT_EQ(kafka.Read(1).size(), 1u);
}

TEST_F(OutageTest, ARecordTooLargeForTheTopicIsTheClientsFault) {
  StartServer();
  kafka.RefuseProduce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 1);
  const auto context = NewContext();
  ingest::v1::EventResponse response;
  EXPECT_EQ(Send(Event(1), &response, context.get()).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
}

}  // namespace
}  // namespace keystone::ingestd
