#include <grpcpp/create_channel.h>

#include <set>

#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

class StreamEventsTest : public IngestTest {};

void ExpectRefused(const EventAck& ack, uint64_t seq) {
  EXPECT_EQ(ack.seq(), seq);
  EXPECT_EQ(ack.outcome(), OUTCOME_FAILED);
  EXPECT_EQ(ack.code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(StreamEventsTest, AcknowledgesEveryEventThenEndsWithTheClient) {
  StartServer();
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 1000; ++seq) ASSERT_TRUE(stream.Write(Event(seq)));
  stream.WritesDone();
  std::set<uint64_t> acked;
  for (int i = 0; i < 1000; ++i) {
    const EventAck ack = stream.Read();
    ASSERT_EQ(ack.outcome(), OUTCOME_OK) << ack.message();
    acked.insert(ack.seq());
  }
  EXPECT_EQ(acked.size(), 1000u);
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(StreamEventsTest, KeepsTheOrderWithinAPartition) {
  StartServer();
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 500; ++seq) ASSERT_TRUE(stream.Write(Event(seq)));
  stream.WritesDone();
  ASSERT_TRUE(stream.Finish().ok());
  std::map<int32_t, int> last_seq;
  for (const Record& record : kafka.Read(500)) {
    const int seq = std::stoi(record.headers.at("seq"));
    EXPECT_GT(seq, last_seq[record.partition]);
    last_seq[record.partition] = seq;
  }
  EXPECT_EQ(last_seq.size(), static_cast<size_t>(MockKafka::kPartitions));
}

TEST_F(StreamEventsTest, SaysWhereTheEventIs) {
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  const EventAck ack = stream.Read();
  const Record record = kafka.Read(1).at(0);
  EXPECT_EQ(ack.partition(), record.partition);
  EXPECT_EQ(ack.offset(), record.offset);
}

TEST_F(StreamEventsTest, RefusesABadEventAndGoesOn) {
  StartServer();
  ClientStream stream(*stub);
  stream.Write(BadEvent(1));
  ExpectRefused(stream.Read(), 1);
  stream.Write(Event(2));
  EXPECT_EQ(stream.Read().outcome(), OUTCOME_OK);
}

TEST_F(StreamEventsTest, RefusesTextThatIsNotUtf8AndGoesOn) {
  StartServer();
  ClientStream stream(*stub);
  EventRequest event = Event(7);
  event.set_payload_json("{\"order_id\": \"\xff\"}");
  stream.Write(event);
  ExpectRefused(stream.Read(), 7);
  stream.Write(Event(8));
  EXPECT_EQ(stream.Read().outcome(), OUTCOME_OK);
}

TEST_F(StreamEventsTest, RefusesNumbersThatTheLakeCannotHoldAndGoesOn) {
  StartServer();
  ClientStream stream(*stub);
  const uint64_t too_large = 1ull << 63;
  stream.Write(Event(too_large));
  ExpectRefused(stream.Read(), too_large);
  EventRequest event = Event(8);
  event.set_intended_ns(-1);
  stream.Write(event);
  ExpectRefused(stream.Read(), 8);
  stream.Write(Event(too_large - 1));
  EXPECT_EQ(stream.Read().outcome(), OUTCOME_OK);
  EXPECT_EQ(kafka.Read(1).at(0).headers.at("seq"), "9223372036854775807");
}

TEST_F(StreamEventsTest, StopsReadingAtTheLimitAndGoesOnBelowIt) {
  settings.stream.events = 4;
  StartServer();
  Flood flood(*stub);
  EXPECT_TRUE(flood.IsHeldBack());
  EXPECT_EQ(flood.ReadAll(), Flood::kEvents);
}

TEST_F(StreamEventsTest, StopsReadingWhereTooManyAcksWaitForAllClientsAndGoesOnElsewhere) {
  settings.stream.events = Flood::kEvents;
  settings.stream.acks = 10;
  StartServer();
  Flood flood(*stub);
  EXPECT_TRUE(flood.IsHeldBack());
  ClientStream one_that_reads(*stub);
  for (uint64_t seq = 1; seq <= 100; ++seq) {
    one_that_reads.Write(Event(seq));
    ASSERT_EQ(one_that_reads.Read().outcome(), OUTCOME_OK);
  }
}

TEST_F(StreamEventsTest, ReadsOnlyAFewThenOfEventsWhoseAcksAreYetToCome) {
  settings.stream.events = Flood::kEvents;
  settings.stream.acks = 10;
  settings.kafka.delivery_timeout_ms = 2000;
  kafka.Down();
  StartServer();
  Flood flood(*stub);
  ASSERT_TRUE(flood.IsHeldBack());
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 100; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(101));  // would be answered at once if it were read
  EXPECT_LE(stream.Read().seq(), 100u);
}

TEST_F(StreamEventsTest, RefusesAStreamBeyondThoseThatMayBeOpen) {
  settings.stream.streams = 1;
  StartServer();
  {
    ClientStream first(*stub);
    first.Write(Event(1));
    ASSERT_EQ(first.Read().outcome(), OUTCOME_OK);
    ClientStream second(*stub);
    EXPECT_EQ(second.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(Trailer(*second.context, "retry-after-ms"), "100");
    first.WritesDone();
    EXPECT_TRUE(first.Finish().ok());
  }
  // The server may hear of the end after the client.
  grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "");
  while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    ClientStream third(*stub);
    third.WritesDone();
    status = third.Finish();
  }
  EXPECT_TRUE(status.ok());
}

TEST_F(StreamEventsTest, TakesNoMoreThanTheLimitWhileKafkaIsDown) {
  settings.stream.events = 4;
  settings.kafka.delivery_timeout_ms = 2000;
  kafka.Down();
  StartServer();
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 4; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(5));  // would be answered at once if it were read
  EXPECT_LE(stream.Read().seq(), 4u);
}

TEST_F(StreamEventsTest, TakesNoMoreThanItsBytesWhileKafkaIsDown) {
  settings.stream.bytes = 1;  // so one event at a time
  settings.kafka.delivery_timeout_ms = 2000;
  kafka.Down();
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  stream.Write(BadEvent(2));  // would be answered at once if it were read
  EXPECT_EQ(stream.Read().seq(), 1u);
}

TEST_F(StreamEventsTest, CancelledWithEventsInFlightHarmsNobody) {
  kafka.Down();
  StartServer();
  {
    ClientStream stream(*stub);
    for (uint64_t seq = 1; seq <= 100; ++seq) stream.Write(Event(seq));
    stream.Write(BadEvent(101));
    ASSERT_EQ(stream.Read().seq(), 101u);  // all 100 are with the producer
    stream.Cancel();
    EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  kafka.Up();
  EXPECT_EQ(kafka.Read(100).size(), 100u);
  ClientStream next(*stub);
  next.Write(Event(102));
  EXPECT_EQ(next.Read().outcome(), OUTCOME_OK);
}

TEST_F(StreamEventsTest, EndsForAClientThatVanishesWithoutReading) {
  StartServer();
  for (int i = 0; i < 20; ++i) {
    const auto lost =
        grpc::CreateCustomChannel(server->address(), grpc::InsecureChannelCredentials(), [] {
          grpc::ChannelArguments own_connection;
          own_connection.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
          return own_connection;
        }());
    const auto lost_stub = ingest::v1::IngestionService::NewStub(lost);
    ClientStream stream(*lost_stub);
    for (uint64_t seq = 1; seq <= 50; ++seq) stream.Write(Event(seq));
    stream.Cancel();
  }
  server->Shutdown();  // returns only if every stream has ended
}

TEST_F(StreamEventsTest, ServesManyStreamsAtOnce) {
  StartServer();
  std::vector<std::unique_ptr<ClientStream>> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(std::make_unique<ClientStream>(*stub));
  for (uint64_t seq = 1; seq <= 50; ++seq) {
    for (auto& stream : streams) ASSERT_TRUE(stream->Write(Event(seq)));
  }
  for (auto& stream : streams) {
    stream->WritesDone();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(stream->Read().outcome(), OUTCOME_OK);
    EXPECT_TRUE(stream->Finish().ok());
  }
}

}  // namespace
}  // namespace keystone::ingestd
