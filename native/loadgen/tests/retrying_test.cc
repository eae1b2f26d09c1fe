#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "engine_fixture.h"
#include "fake_ingest.h"

namespace keystone::loadgen {
namespace {

using ingest::v1::OUTCOME_FAILED;
using ingest::v1::OUTCOME_OK;
using ingest::v1::OUTCOME_UNKNOWN;
using MaybeOutcome = std::optional<ingest::v1::Outcome>;

class RetryingTest : public EngineTest {
 protected:
  EngineSettings Settings(const std::string& address, int retries) {
    EngineSettings settings = EngineTest::Settings(address);
    settings.retries = retries;
    return settings;
  }

  // Sends three events to a server that answers each event's tries one after the
  // other, and an event's last answer again and again.
  std::vector<EventRow> AnsweredWith(const std::vector<MaybeOutcome>& answers, int retries) {
    FakeIngest server([&](uint64_t seq) {
      const std::lock_guard lock(mutex_);
      const size_t before = static_cast<size_t>(tries_[seq]++);
      return answers[std::min(before, answers.size() - 1)];
    });
    LoadEngine engine(Settings(server.address(), retries));
    EXPECT_TRUE(engine.Connect());
    Push(engine, 3, kMs);
    engine.End();
    EXPECT_TRUE(engine.AwaitEnd(kLong));
    EXPECT_EQ(engine.log().StrayAcks(), 0);
    return Rows(engine);
  }

  std::mutex mutex_;
  std::map<uint64_t, int> tries_;  // how often each came
};

INSTANTIATE_TEST_SUITE_P(Calls, RetryingTest, EachCall(), NameOf);

TEST_P(RetryingTest, WhatFailedIsSentAgainUnderItsNumber) {
  for (const EventRow& row : AnsweredWith({OUTCOME_FAILED, OUTCOME_UNKNOWN, OUTCOME_OK}, 5)) {
    EXPECT_EQ(row.outcome, Outcome::kOk);
    EXPECT_EQ(row.tries, 3);
    EXPECT_EQ(row.partition, 1);
    // Its latency is from when it was due, its sending is the last.
    EXPECT_GE(row.sent_ns - row.intended_ns, 150 * kMs);
  }
  EXPECT_EQ(tries_, (std::map<uint64_t, int>{{0, 3}, {1, 3}, {2, 3}}));
}

TEST_P(RetryingTest, WhatFailsEachTimeHasFailed) {
  for (const EventRow& row : AnsweredWith({OUTCOME_FAILED}, 2)) {
    EXPECT_EQ(row.outcome, Outcome::kFailed);
    EXPECT_EQ(row.tries, 3);
  }
  EXPECT_EQ(tries_.at(0), 3);
}

TEST_P(RetryingTest, WhatFailedAtLastIsUnknownIfAnEarlierTryMayHaveArrived) {
  for (const EventRow& row : AnsweredWith({OUTCOME_UNKNOWN, OUTCOME_FAILED}, 1)) {
    EXPECT_EQ(row.outcome, Outcome::kUnknown);
    EXPECT_EQ(row.tries, 2);
  }
}

TEST_P(RetryingTest, WhatMayHaveArrivedOnceMayHaveForEver) {
  for (const EventRow& row : AnsweredWith({OUTCOME_UNKNOWN, OUTCOME_FAILED, OUTCOME_FAILED}, 2)) {
    EXPECT_EQ(row.outcome, Outcome::kUnknown);
    EXPECT_EQ(row.tries, 3);
  }
}

TEST_P(RetryingTest, WithoutRetriesNothingIsSentTwice) {
  for (const EventRow& row : AnsweredWith({OUTCOME_FAILED, OUTCOME_OK}, 0)) {
    EXPECT_EQ(row.outcome, Outcome::kFailed);
    EXPECT_EQ(row.tries, 1);
  }
  EXPECT_EQ(tries_.at(0), 1);
}

TEST_P(RetryingTest, AServerThatWasAwayCostsNoEvent) {
  FakeIngest first;
  EngineSettings settings = Settings(first.address(), 10);
  settings.connections = 2;
  LoadEngine engine(settings);
  EXPECT_EQ(SendOverAnOutage(engine, first, 1000).size(), 1000u);
  int again = 0;
  for (const EventRow& row : Rows(engine)) {
    EXPECT_EQ(row.outcome, Outcome::kOk);
    again += row.tries > 1;
  }
  EXPECT_GT(again, 100);
}

TEST_P(RetryingTest, AtTheEndThereIsNoFurtherTry) {
  FakeIngest server([](uint64_t) { return OUTCOME_FAILED; });
  EngineSettings settings = Settings(server.address(), 100);
  settings.ack_timeout_s = 1;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 3, kMs);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  for (const EventRow& row : Rows(engine)) {
    EXPECT_EQ(row.outcome, Outcome::kFailed);
    EXPECT_GE(row.tries, 2);
    EXPECT_LE(row.tries, 6);
  }
}

TEST_P(RetryingTest, AStopWaitsForNoFurtherTry) {
  FakeIngest server([](uint64_t) { return OUTCOME_UNKNOWN; });
  EngineSettings settings = Settings(server.address(), 100);
  settings.ack_timeout_s = 1000;
  for (const auto& end : {&LoadEngine::Stop, &LoadEngine::GiveUp}) {
    LoadEngine engine(settings);
    ASSERT_TRUE(engine.Connect());
    const size_t before = server.Received().size();
    Push(engine, 3, kMs);
    engine.End();
    while (server.Received().size() < before + 9) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    (engine.*end)();
    ASSERT_TRUE(engine.AwaitEnd(kLong));
    for (const EventRow& row : Rows(engine)) EXPECT_EQ(row.outcome, Outcome::kUnknown);
  }
}

TEST_P(RetryingTest, NoMoreWaitForAnotherTryThanMayBeOpen) {
  auto first = std::make_unique<FakeIngest>();
  const int port = first->port();
  EngineSettings settings = Settings(first->address(), 100);
  settings.max_open = 10;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  first->Kill();
  Push(engine, 200, kMs);
  engine.End();
  while (engine.log().TakeProgress().planned < 200) {
    EXPECT_LE(engine.log().Open(), 11);  // one of them is just being refused
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FakeIngest second([](uint64_t) { return OUTCOME_OK; }, port);
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  int ok = 0;
  for (const EventRow& row : Rows(engine)) {
    ok += row.outcome == Outcome::kOk;
    EXPECT_TRUE(row.outcome == Outcome::kOk || row.code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                row.outcome == Outcome::kUnknown);
  }
  EXPECT_GE(ok, 10);
}

TEST_P(RetryingTest, AClosedLoopGoesOnWhenAllThatIsOpenWaitsForAnotherTry) {
  FakeIngest server([&](uint64_t seq) {
    const std::lock_guard lock(mutex_);
    return tries_[seq]++ == 0 ? OUTCOME_FAILED : OUTCOME_OK;
  });
  EngineSettings settings = Settings(server.address(), 1);
  settings.in_flight = 4;
  LoadEngine engine(settings);
  ASSERT_TRUE(engine.Connect());
  Push(engine, 12, 0);
  engine.End();
  ASSERT_TRUE(engine.AwaitEnd(kLong));
  EXPECT_EQ(engine.log().TakeProgress().ok, 12);
}

}  // namespace
}  // namespace keystone::loadgen
