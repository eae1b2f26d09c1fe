#include "load_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <numeric>
#include <set>
#include <thread>

#include "engine_fixture.h"
#include "fake_ingest.h"
#include "stream_transport.h"

namespace keystone::loadgen {
namespace {

using ingest::v1::OUTCOME_FAILED;
using ingest::v1::OUTCOME_OK;
using ingest::v1::OUTCOME_UNKNOWN;

constexpr int kUnavailable = grpc::StatusCode::UNAVAILABLE;
constexpr int kDeadline = grpc::StatusCode::DEADLINE_EXCEEDED;
class LoadEngineTest : public EngineTest {};

INSTANTIATE_TEST_SUITE_P(Calls, LoadEngineTest, EachCall(), NameOf);

TEST_P(LoadEngineTest, EveryEventArrivesOnceAndIsAcknowledged) {
  FakeIngest server;
  LoadEngine engine(Settings(server.address()));
  ASSERT_TRUE(engine.Connect());
  Push(engine, 200, kMs / 4);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  auto received = server.Received();
  // Calls overtake each other.
  EXPECT_TRUE(GetParam() != CallKind::kStream || std::is_sorted(received.begin(), received.end()));
  std::sort(received.begin(), received.end());
  std::vector<uint64_t> all(200);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(received, all);
  const auto rows = Rows(engine);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].outcome, Outcome::kOk);
    EXPECT_EQ(rows[i].offset, static_cast<int64_t>(i));
    EXPECT_EQ(rows[i].stream, GetParam() == CallKind::kStream ? 0 : -1);
    EXPECT_EQ(rows[i].intended_ns - rows[0].intended_ns, static_cast<int64_t>(i) * kMs / 4);
    EXPECT_LE(rows[i].intended_ns, rows[i].offered_ns);
    EXPECT_LE(rows[i].offered_ns, rows[i].sent_ns);
    EXPECT_LE(rows[i].sent_ns, rows[i].acked_ns);
  }
  EXPECT_FALSE(engine.stopped());
}

TEST_P(LoadEngineTest, AnswersBecomeOutcomes) {
  FakeIngest server([](uint64_t seq) {
    return std::array{OUTCOME_OK, OUTCOME_FAILED, OUTCOME_UNKNOWN}[seq % 3];
  });
  LoadEngine engine(Settings(server.address()));
  ASSERT_TRUE(engine.Connect());
  Push(engine, 9, kMs);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  const auto rows = Rows(engine);
  for (size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(static_cast<size_t>(rows[i].outcome), i % 3) << i;
    EXPECT_NE(rows[i].acked_ns, kNull) << i;
    EXPECT_EQ(rows[i].partition, i % 3 == 0 ? 1 : -1) << i;
  }
}

TEST_P(LoadEngineTest, WithoutAnAnswerTheOutcomeIsUnknown) {
  FakeIngest server([](uint64_t) { return std::nullopt; });
  EngineSettings settings = Settings(server.address());
  settings.ack_timeout_s = 0.2;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 5, 0);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  for (const EventRow& row : Rows(engine)) {
    EXPECT_EQ(row.outcome, Outcome::kUnknown);
    EXPECT_EQ(row.acked_ns, kNull);
  }
}

TEST_P(LoadEngineTest, AKilledServerCostsTheEventsOfTheOutageAlone) {
  FakeIngest first;
  LoadEngine engine(Settings(first.address()));
  const std::set<uint64_t> arrived = SendOverAnOutage(engine, first, 3000);
  int failed = 0;
  const auto rows = Rows(engine);
  ASSERT_EQ(rows.size(), 3000u);
  for (uint64_t seq = 0; seq < rows.size(); ++seq) {
    EXPECT_TRUE(rows[seq].outcome != Outcome::kOk || arrived.contains(seq)) << seq;
    if (rows[seq].outcome == Outcome::kFailed) {
      EXPECT_FALSE(arrived.contains(seq)) << seq;
      EXPECT_EQ(rows[seq].sent_ns, kNull) << seq;
      EXPECT_EQ(rows[seq].code, kUnavailable) << seq;
      ++failed;
    }
  }
  EXPECT_GT(failed, 100);
  EXPECT_EQ(rows.back().outcome, Outcome::kOk);
}

TEST_P(LoadEngineTest, EventsGoOverAllConnections) {
  FakeIngest server;
  EngineSettings settings = Settings(server.address());
  settings.connections = 3;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 300, kMs / 4);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(engine.log().Open(), 0);
  EXPECT_EQ(server.Received().size(), 300u);
  EXPECT_EQ(server.Peers().size(), 3u);
  std::set<int32_t> streams;
  for (const EventRow& row : Rows(engine)) {
    EXPECT_EQ(row.outcome, Outcome::kOk);
    streams.insert(row.stream);
  }
  EXPECT_EQ(streams.size(), GetParam() == CallKind::kStream ? 3u : 1u);
}

TEST_P(LoadEngineTest, ConnectsAtOnceAndAgainAtOnce) {
  auto first = std::make_unique<FakeIngest>();
  EngineSettings settings = Settings(first->address());
  settings.connections = 4;
  settings.connect_timeout_s = 2;  // gRPC's own timer takes five seconds
  const int port = first->port();
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 4, 0);
  while (first->Received().size() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  first->Kill();
  FakeIngest second([](uint64_t) { return OUTCOME_OK; }, port);
  Push(engine, 300, 10 * kMs);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(Rows(engine).back().outcome, Outcome::kOk);
}

TEST_P(LoadEngineTest, SendsItsShareOfAPlanUnderTheNumbersOfThePlan) {
  FakeIngest server;
  EngineSettings settings = Settings(server.address());
  settings.share = {.first = 1, .step = 3};
  settings.connections = 3;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  const int64_t start_ns = settings.clock.NowNs() + 50 * kMs;
  engine.StartAt(start_ns);
  Push(engine, 100, 0);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  std::vector<uint64_t> received = server.Received();
  std::sort(received.begin(), received.end());
  ASSERT_EQ(received.size(), 100u);
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(received[i], 1 + 3 * i);
  EXPECT_EQ(server.Peers().size(), 3u);
  EXPECT_EQ(Rows(engine).front().intended_ns, start_ns);
  EXPECT_EQ(engine.log().StrayAcks(), 0);
}

TEST_P(LoadEngineTest, AClosedLoopKeepsSoManyUnderWayAndNoMore) {
  std::atomic<int64_t> most_open = 0;
  LoadEngine* looked_at = nullptr;
  FakeIngest server([&](uint64_t) {
    most_open = std::max<int64_t>(most_open, looked_at->log().Open());
    return OUTCOME_OK;
  });
  EngineSettings settings = Settings(server.address());
  settings.in_flight = 16;
  LoadEngine engine(settings);
  looked_at = &engine;
  ASSERT_TRUE(engine.Connect());
  Push(engine, 2000, 0);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(server.Received().size(), 2000u);
  EXPECT_EQ(most_open, 16);
  for (const EventRow& row : Rows(engine)) EXPECT_LE(row.offered_ns - row.intended_ns, 100 * kMs);
}

TEST_P(LoadEngineTest, AClosedLoopThatWaitsIsStopped) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  FakeIngest server([&](uint64_t) {
    released.wait();
    return std::nullopt;
  });
  EngineSettings settings = Settings(server.address());
  settings.in_flight = 4;
  settings.ack_timeout_s = 0.1;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 100, 0);
  while (engine.log().Open() < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  engine.Stop();
  EXPECT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_TRUE(engine.stopped());
  release.set_value();
}

TEST_P(LoadEngineTest, NobodyAtTheAddressIsAnError) {
  EngineSettings settings = Settings("127.0.0.1:1");
  settings.connect_timeout_s = 0.2;
  LoadEngine engine(settings);
  EXPECT_THROW(engine.Connect(), NoServer);
  EXPECT_TRUE(engine.AwaitEnd(0));
}

TEST_P(LoadEngineTest, AStopWhileConnectingEndsIt) {
  LoadEngine engine(Settings("127.0.0.1:1"));
  std::thread stopper([&] { engine.Stop(); });
  EXPECT_FALSE(engine.Connect());
  stopper.join();
  EXPECT_TRUE(engine.stopped());
  EXPECT_TRUE(engine.AwaitEnd(0));
}

TEST_P(LoadEngineTest, AStopEndsThePlanAndWaitsForAnswers) {
  FakeIngest server;
  LoadEngine engine(Settings(server.address()));
  ASSERT_TRUE(engine.Connect());
  Push(engine, 100'000, 2 * kMs);
  while (server.Received().size() < 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  engine.Stop();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_TRUE(engine.stopped());
  EXPECT_LT(engine.log().TakeProgress().planned, 100'000);
  for (const EventRow& row : Rows(engine)) EXPECT_EQ(row.outcome, Outcome::kOk);
  auto [block, due_ns] = Events(1, 0);
  EXPECT_FALSE(engine.Push(std::move(block), std::move(due_ns)));
}

TEST_P(LoadEngineTest, GivingUpWaitsForNoAnswer) {
  FakeIngest server([](uint64_t) { return std::nullopt; });
  EngineSettings settings = Settings(server.address());
  settings.ack_timeout_s = 1000;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 5, 0);
  engine.End();
  while (server.Received().size() < 5) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  engine.GiveUp();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(engine.log().Open(), 0);
}

TEST_P(LoadEngineTest, TheDestructorEndsWhateverIsUnderWay) {
  FakeIngest server([](uint64_t) { return std::nullopt; });
  LoadEngine engine(Settings(server.address()));
  ASSERT_TRUE(engine.Connect());
  Push(engine, 1000, 10 * kMs);
}

class BatchTest : public testing::Test {
 protected:
  // Sends so many events and returns the sizes of the batches that came.
  std::vector<int> BatchesOf(int count, int64_t gap_ns, const BatchSettings& batch) {
    EngineSettings settings;
    settings.address = server.address();
    settings.call = CallKind::kBatch;
    settings.batch = batch;
    settings.max_open = 1000;
    settings.connect_timeout_s = 5;
    settings.ack_timeout_s = 5;
    LoadEngine engine(settings);
    EXPECT_TRUE(engine.Connect());
    auto [block, due_ns] = Events(count, gap_ns);
    EXPECT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
    engine.End();
    EXPECT_TRUE(engine.AwaitEnd(kLong));
    EXPECT_EQ(engine.log().TakeProgress().ok, count);
    return server.Batches();
  }

  FakeIngest server;
};

TEST_F(BatchTest, LeaveWhenTheyAreFull) {
  EXPECT_EQ(BatchesOf(250, 0, {.events = 100, .linger_ns = 1000 * kMs}),
            (std::vector{100, 100, 50}));
}

TEST_F(BatchTest, LeaveAtOnceWhenTheNextEventWouldComeTooLate) {
  EXPECT_EQ(BatchesOf(3, 500 * kMs, {.events = 100, .linger_ns = 20 * kMs}),
            (std::vector{1, 1, 1}));
}

TEST_F(BatchTest, GatherWhatComesInTime) {
  EXPECT_EQ(BatchesOf(4, 10 * kMs, {.events = 2, .linger_ns = 1000 * kMs}), (std::vector{2, 2}));
}

TEST_F(BatchTest, OfWhichAllIsRefusedHaveFailed) {
  FakeIngest refusing([](uint64_t) { return OUTCOME_FAILED; });
  refusing.RefuseBatches();
  EngineSettings settings;
  settings.address = refusing.address();
  settings.call = CallKind::kBatch;
  settings.max_open = 1000;
  settings.connect_timeout_s = 5;
  settings.ack_timeout_s = 5;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  auto [block, due_ns] = Events(10, 0);
  ASSERT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(engine.log().TakeProgress().failed, 10);
}

TEST(StreamTransport, WhatIsNotAnsweredHoldsBackWhatComesAfterIt) {
  constexpr int kEvents = StreamTransport::kMostUnanswered + 50;
  FakeIngest server([](uint64_t) { return std::nullopt; });
  EngineSettings settings;
  settings.address = server.address();
  settings.max_open = 2 * kEvents;
  settings.connect_timeout_s = 5;
  settings.ack_timeout_s = 1;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  auto [block, due_ns] = Events(kEvents, 0);
  ASSERT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  const Progress end = engine.log().TakeProgress();
  EXPECT_EQ(end.unknown, StreamTransport::kMostUnanswered);
  EXPECT_EQ(end.failed, 50);
  EXPECT_EQ(server.Received().size(), static_cast<size_t>(end.unknown));
}

// Whoever is refused has found a server: what it says is what its events failed of.
TEST(StreamTransport, EventsOfAStreamThatIsRefusedFailForItsReason) {
  FakeIngest server;
  server.RefuseStreams();
  EngineSettings settings;
  settings.address = server.address();
  settings.max_open = 1000;
  settings.connect_timeout_s = 5;
  settings.ack_timeout_s = 5;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  auto [block, due_ns] = Events(300, kMs);
  ASSERT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  const auto rows = Rows(engine);
  ASSERT_EQ(rows.size(), 300u);
  for (const EventRow& row : rows) EXPECT_EQ(row.code, grpc::StatusCode::UNAUTHENTICATED);
}

TEST(StreamTransport, MoreOpenEventsThanAllowedFailUnsent) {
  FakeIngest server([](uint64_t) { return std::nullopt; });
  EngineSettings settings;
  settings.address = server.address();
  settings.max_open = 10;
  settings.connect_timeout_s = 5;
  settings.ack_timeout_s = 0.1;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  auto [block, due_ns] = Events(30, 0);
  ASSERT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  int failed = 0;
  const std::vector<EventRow> rows = Rows(engine);
  ASSERT_EQ(rows.size(), 30u);
  for (const EventRow& row : rows) {
    if (row.outcome == Outcome::kFailed) {
      EXPECT_TRUE(row.code == grpc::StatusCode::RESOURCE_EXHAUSTED || row.code == kDeadline);
      ++failed;
    }
  }
  EXPECT_GE(failed, 20);
}

}  // namespace
}  // namespace keystone::loadgen
