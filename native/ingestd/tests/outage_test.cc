// What is answered while Kafka is away: never an OK, and "failed" only for what
// is certainly not in the log.
#include <thread>
#include <vector>

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

TEST_F(OutageTest, EventsBeyondTheRoomAreRefusedAtOnceWithAHint) {
  settings.max_in_flight_events = 10;
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
  // What was given up has made room; only Kafka may not be found again at once.
  kafka.Up();
  ingest::v1::EventResponse place;
  grpc::Status status(grpc::StatusCode::UNKNOWN, "not asked");
  for (int tries = 0; !status.ok() && tries < 20; ++tries) {
    status = Send(Event(16), &place, NewContext().get());
    ASSERT_NE(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(OutageTest, BytesBeyondTheRoomAreRefusedToo) {
  settings.rules.max_event_bytes = 4096;
  settings.max_in_flight_bytes = 3 * 1024;
  kafka.Down();
  StartServer();
  ingest::v1::BatchRequest batch;
  for (uint64_t seq = 1; seq <= 2; ++seq) {
    *batch.add_events() = Event(seq);
    batch.mutable_events(static_cast<int>(seq) - 1)
        ->set_payload_json(R"({"order_id": "o", "note": ")" + std::string(2000, 'n') + R"("})");
  }
  ingest::v1::BatchResponse response;
  ASSERT_TRUE(stub->SendBatch(NewContext().get(), batch, &response).ok());
  EXPECT_EQ(response.acks(0).code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(response.acks(1).code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// A server that has no room left but for what the test's own calls find.
class FullServerTest : public OutageTest {
 protected:
  FullServerTest() {
    settings.max_in_flight_events = 10;
    settings.kafka.delivery_timeout_ms = 30'000;
    settings.shutdown_timeout = std::chrono::milliseconds(500);
    kafka.Down();
    StartServer();
  }

  // Fills the server by a stream, which then waits with an event in its hand.
  void FillUp(ClientStream& stream, uint64_t events) {
    for (uint64_t seq = 1; seq <= events; ++seq) stream.Write(Event(seq));
    ingest::v1::EventResponse place;
    // Such calls find room at first, and then wait for Kafka.
    while (true) {
      const auto context = NewContext();
      context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
      const auto status = Send(Event(0), &place, context.get());
      if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) return;
    }
  }
};

TEST_F(FullServerTest, StreamsWaitAndLoseNothing) {
  ClientStream stream(*stub);
  FillUp(stream, 200);
  kafka.Up();
  for (int i = 0; i < 200; ++i) ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
}

TEST_F(FullServerTest, ManyStreamsThatWaitAllGoOn) {
  std::vector<std::unique_ptr<ClientStream>> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(std::make_unique<ClientStream>(*stub));
  for (auto& stream : streams) FillUp(*stream, 50);
  kafka.Up();
  for (auto& stream : streams) {
    for (int i = 0; i < 50; ++i) ASSERT_EQ(stream->Read().outcome(), OUTCOME_OK);
  }
}

TEST_F(FullServerTest, AStreamThatWaitsAndIsCancelledIsGone) {
  ClientStream stream(*stub);
  FillUp(stream, 20);
  stream.Cancel();
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::CANCELLED);
  kafka.Up();
  ClientStream next(*stub);
  next.Write(Event(1));
  EXPECT_EQ(next.Read().outcome(), OUTCOME_OK);
  server->Shutdown();  // returns only if every stream has ended
}

TEST_F(FullServerTest, AStreamThatWaitsHearsOfAShutdown) {
  ClientStream stream(*stub);
  FillUp(stream, 20);
  std::thread shutdown([this] { server->Shutdown(); });
  const EventAck ack = stream.Read();
  EXPECT_EQ(ack.code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ack.outcome(), OUTCOME_FAILED);
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  shutdown.join();
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
