#include <future>

#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

class ShutdownTest : public IngestTest {
 protected:
  // Shutdown blocks, and its clients must go on meanwhile.
  std::future<void> ShutDown() {
    return std::async(std::launch::async, [this] { server->Shutdown(); });
  }
};

TEST_F(ShutdownTest, AcknowledgesWhatWasTakenThenEndsTheStream) {
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  kafka.DelayAnswersMs(500);
  for (uint64_t seq = 2; seq <= 100; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(101));
  ASSERT_EQ(stream.Read().seq(), 101u);
  const auto done = ShutDown();
  for (int i = 2; i <= 100; ++i) ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  const grpc::Status end = stream.Finish();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(end.error_message(), "the server is shutting down");
}

TEST_F(ShutdownTest, EndsAnIdleStream) {
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  const auto done = ShutDown();
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ShutdownTest, GivesUpOnEventsThatNeverLeftAsFailed) {
  settings.shutdown_timeout = std::chrono::milliseconds(100);
  kafka.Down();
  StartServer();
  ClientStream stream(*stub);
  for (uint64_t seq = 1; seq <= 10; ++seq) stream.Write(Event(seq));
  stream.Write(BadEvent(11));
  ASSERT_EQ(stream.Read().seq(), 11u);
  const auto done = ShutDown();
  for (int i = 1; i <= 10; ++i) {
    const EventAck ack = stream.Read();
    EXPECT_EQ(ack.outcome(), OUTCOME_FAILED);
    EXPECT_EQ(ack.code(), grpc::StatusCode::UNAVAILABLE) << ack.message();
  }
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ShutdownTest, GivesUpOnEventsThatWereSentAsUnknown) {
  settings.shutdown_timeout = std::chrono::milliseconds(500);
  StartServer();
  ClientStream stream(*stub);
  stream.Write(Event(1));
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  kafka.DelayAnswersMs(5000);
  stream.Write(Event(2));
  stream.Write(BadEvent(3));
  ASSERT_EQ(stream.Read().seq(), 3u);
  const auto done = ShutDown();
  const EventAck ack = stream.Read();
  EXPECT_EQ(ack.seq(), 2u);
  EXPECT_EQ(ack.outcome(), OUTCOME_UNKNOWN) << ack.message();
}

TEST_F(ShutdownTest, EndsInTimeWithAClientThatReadsNothing) {
  settings.shutdown_timeout = std::chrono::milliseconds(100);
  StartServer();
  Flood flood(*stub);
  ASSERT_TRUE(flood.IsHeldBack());
  const auto done = ShutDown();
  EXPECT_EQ(done.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST_F(ShutdownTest, EveryEventOfABusyStreamIsAnsweredOrRefused) {
  StartServer();
  ClientStream stream(*stub);
  std::future<uint64_t> written = std::async(std::launch::async, [&] {
    uint64_t seq = 1;
    while (stream.Write(Event(seq))) ++seq;
    return seq;
  });
  ASSERT_EQ(stream.Read().outcome(), OUTCOME_OK);
  const auto done = ShutDown();
  size_t acknowledged = 1;
  EventAck ack;
  while ((ack = stream.Read()).outcome() != ingest::v1::OUTCOME_UNSPECIFIED) {
    EXPECT_TRUE(ack.outcome() == OUTCOME_OK || ack.code() == grpc::StatusCode::UNAVAILABLE);
    acknowledged += ack.outcome() == OUTCOME_OK;
  }
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_GE(written.get(), acknowledged);
  EXPECT_EQ(kafka.Read(acknowledged).size(), acknowledged);
}

}  // namespace
}  // namespace keystone::ingestd
