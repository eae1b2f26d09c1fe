#include "send_log.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

namespace keystone::loadgen {
namespace {

constexpr Answer kOk{Outcome::kOk, 0, 3, 77};
constexpr Answer kFailed{Outcome::kFailed, 14, -1, kNull};
constexpr std::chrono::seconds kLongest(30);

std::vector<EventRow> TakeAll(SendLog* log) {
  std::vector<EventRow> rows;
  for (auto some = log->TakeSettled(); !some.empty(); some = log->TakeSettled()) {
    rows.insert(rows.end(), some.begin(), some.end());
  }
  return rows;
}

TEST(SendLog, AnAcknowledgedEventHasItsPlaceInKafka) {
  SendLog log;
  EXPECT_EQ(log.Plan(5, 6, 42, 100, true), 0u);
  log.HandOver(0, 6, 2);
  log.Take(0, kOk, 9);
  const EventRow row = log.TakeSettled().at(0);
  EXPECT_EQ(row.intended_ns, 5);
  EXPECT_EQ(row.offered_ns, 6);
  EXPECT_EQ(row.sent_ns, 6);
  EXPECT_EQ(row.acked_ns, 9);
  EXPECT_EQ(row.partition, 3);
  EXPECT_EQ(row.offset, 77);
  EXPECT_EQ(row.stream, 2);
  EXPECT_EQ(row.crc32c, 42u);
  EXPECT_EQ(row.price_cents, 100);
  EXPECT_EQ(row.outcome, Outcome::kOk);
  EXPECT_TRUE(row.spoilt);
}

TEST(SendLog, LatenciesAreThoseSinceTheLastLookAndThoseOfAll) {
  constexpr int64_t kMs = 1'000'000;
  SendLog log;
  log.StartAt(5'000 * kMs);
  log.Plan(6'200 * kMs, 6'201 * kMs, 0, 0, false);
  log.HandOver(0, 6'203 * kMs, 0);
  log.Take(0, kOk, 6'210 * kMs);
  const auto recent = log.TakeProgress().latencies;
  ASSERT_EQ(recent.size(), 1u);
  EXPECT_EQ(recent[0].us, 10'000 / 8 * 8);
  EXPECT_EQ(recent[0].count, 1);
  EXPECT_TRUE(log.TakeProgress().latencies.empty());
  const Latencies all = log.TakeLatencies();
  EXPECT_EQ(all.ack.at(0).second, 1);
  EXPECT_EQ(all.ack.at(0).us, 10'000);
  EXPECT_EQ(all.ack_raw.at(0).us, 7'000 / 4 * 4);
  EXPECT_EQ(all.lateness.at(0).us, 1'000);
  const Latencies more = log.TakeLatencies();
  EXPECT_TRUE(more.ack.empty() && more.ack_raw.empty() && more.lateness.empty());
}

TEST(SendLog, AnEventNeverSentFailedWithoutTimesAndPlace) {
  SendLog log;
  log.Plan(0, 0, 0, 0, false);
  log.NotSent(0, 14);
  const EventRow row = log.TakeSettled().at(0);
  EXPECT_EQ(row.outcome, Outcome::kFailed);
  EXPECT_EQ(row.code, 14);
  EXPECT_EQ(row.sent_ns, kNull);
  EXPECT_EQ(row.offset, kNull);
}

TEST(SendLog, BetweenTwoTriesAnEventIsOpenAndTakesNoAnswer) {
  SendLog log({}, {.most_tries = 2, .clock = {}});
  log.Plan(5, 6, 0, 0, false);
  log.retries().Keep(0, 5, "payload");
  log.HandOver(0, 6, 0);
  EXPECT_TRUE(log.Take(0, kFailed, 7));
  log.Lose(0, 4);
  log.LoseSentOn(0, 4);
  EXPECT_FALSE(log.Take(0, kOk, 8));
  EXPECT_EQ(log.StrayAcks(), 1);
  EXPECT_EQ(log.Open(), 1);
  log.HandOver(0, 9, 1);
  EXPECT_TRUE(log.Take(0, kOk, 10));
  const EventRow row = log.TakeSettled().at(0);
  EXPECT_EQ(row.outcome, Outcome::kOk);
  EXPECT_EQ(row.tries, 2);
  EXPECT_EQ(row.sent_ns, 9);
  EXPECT_EQ(log.TakeProgress().sent, 1);
}

TEST(SendLog, AnAnswerToAnEarlierTryIsNoneToTheLast) {
  SendLog log({}, {.most_tries = 2, .clock = {}});
  log.Plan(5, 6, 0, 0, false);
  log.retries().Keep(0, 5, "payload");
  log.HandOver(0, 6, 0);
  log.Take(0, kFailed, 7);
  log.HandOver(0, 9, 1);
  log.LoseSentOn(1, 14);
  EXPECT_EQ(log.TakeSettled().at(0).acked_ns, kNull);
}

TEST(SendLog, WhatNoTryCanMendIsNotTriedAgain) {
  SendLog log({}, {.most_tries = 9, .clock = {}});
  for (int i = 0; i < 2; ++i) log.Plan(0, 0, 0, 0, false);
  log.Refuse(0, grpc::StatusCode::RESOURCE_EXHAUSTED);
  log.HandOver(1, 0, 0);
  log.Take(1, {Outcome::kFailed, grpc::StatusCode::INVALID_ARGUMENT, -1, kNull}, 0);
  EXPECT_EQ(log.TakeProgress().failed, 2);
}

TEST(SendLog, WhatIsSettledIsKeptForNoFurtherTry) {
  SendLog log({}, {.most_tries = 2, .clock = {}});
  log.Plan(0, 0, 0, 0, false);
  log.retries().Keep(0, 0, "its payload");
  log.HandOver(0, 0, 0);
  log.Take(0, kOk, 1);
  log.retries().Keep(0, 0, "another");  // would change nothing if the first were still there
  log.retries().Schedule(0, 0);
  EXPECT_EQ(log.retries().TakeDue(0)->payload, "another");
}

TEST(SendLog, WhatAStreamEndedWithIsNoWordOnItsEvents) {
  SendLog log({}, {.most_tries = 2, .clock = {}});
  for (uint64_t seq = 0; seq < 2; ++seq) {
    log.Plan(0, 0, 0, 0, false);
    log.retries().Keep(seq, 0, "payload");
  }
  log.HandOver(0, 0, 0);
  log.NotSent(1, grpc::StatusCode::INVALID_ARGUMENT);
  log.LoseSentOn(0, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(log.Open(), 2);
}

TEST(SendLog, WhatWaitsForATryWhenThereIsNoneAnyMoreEndsAsItsLast) {
  SendLog log({}, {.most_tries = 9, .clock = {}});
  for (uint64_t seq = 0; seq < 2; ++seq) {
    log.Plan(0, 0, 0, 0, false);
    log.retries().Keep(seq, 0, "payload");
    log.HandOver(seq, 0, 0);
  }
  log.Take(0, kFailed, 1);
  log.Lose(1, 4);
  log.EndRetries();
  const auto rows = TakeAll(&log);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].outcome, Outcome::kFailed);
  EXPECT_EQ(rows[0].code, 14);
  EXPECT_EQ(rows[1].outcome, Outcome::kUnknown);
  EXPECT_EQ(rows[1].code, 4);
  EXPECT_EQ(rows[1].tries, 1);
}

TEST(SendLog, WhatWasSentAndNotAnsweredIsUnknownAndTheRestStaysOpen) {
  SendLog log;
  for (int i = 0; i < 3; ++i) log.Plan(0, 0, 0, 0, false);
  log.HandOver(1, 0, 0);
  log.HandOver(2, 0, 1);
  log.LoseSentOn(0, 14);
  EXPECT_EQ(log.Open(), 2);  // one was not sent, the other is on another stream
  EXPECT_EQ(log.TakeProgress().unknown, 1);
  log.HandOver(0, 0, 1);
  log.LoseSentOn(1, 4);
  EXPECT_EQ(log.Open(), 0);
  const std::vector<EventRow> rows = TakeAll(&log);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].code, 4);
  EXPECT_EQ(rows[1].code, 14);
  EXPECT_EQ(rows[2].code, 4);
}

TEST(SendLog, AnAnswerThatNobodyWaitsForIsStray) {
  SendLog log;
  log.Plan(0, 0, 0, 0, false);
  log.Plan(0, 0, 0, 0, false);
  log.HandOver(0, 0, 0);
  log.Take(0, kOk, 1);
  for (uint64_t seq : {uint64_t{0}, uint64_t{1}, uint64_t{2}, ~uint64_t{0}}) log.Take(seq, kOk, 1);
  EXPECT_EQ(log.StrayAcks(), 4);
  EXPECT_EQ(log.TakeProgress().ok, 1);
}

TEST(SendLog, TellsWhoWaitsOnceEnoughIsSettled) {
  SendLog log;
  for (int i = 0; i < 16; ++i) {
    log.Plan(0, 0, 0, 0, false);
    log.HandOver(static_cast<uint64_t>(i), 0, 0);
  }
  std::atomic<uint64_t> settled = 0;
  std::thread settling([&] {
    for (uint64_t seq = 0; seq < 16; ++seq) {
      ++settled;
      log.Take(seq, kOk, 1);
    }
  });
  log.AwaitOpenBelow(16, kLongest);
  EXPECT_GE(settled, 3u);  // an eighth, and the one that makes it fewer than so many
  settling.join();
  log.AwaitOpenBelow(1, kLongest);
}

TEST(SendLog, GivesAwayWhatIsSettledUpToTheFirstThatIsOpen) {
  SendLog log;
  for (uint64_t i = 0; i < 10; ++i) {
    log.Plan(static_cast<int64_t>(i), 0, 0, 0, false);
    if (i != 4) log.NotSent(i, 14);
  }
  EXPECT_EQ(TakeAll(&log).size(), 4u);
  EXPECT_TRUE(log.TakeSettled().empty());
  log.NotSent(4, 14);
  const std::vector<EventRow> rest = TakeAll(&log);
  ASSERT_EQ(rest.size(), 6u);
  EXPECT_EQ(rest.front().intended_ns, 4);
  EXPECT_EQ(rest.back().intended_ns, 9);
  log.Take(4, kOk, 1);
  log.Lose(5, 4);
  EXPECT_EQ(log.StrayAcks(), 1);
  EXPECT_EQ(log.TakeProgress().failed, 10);
}

TEST(SendLog, GivesAwayEachRowOnceHoweverManyThereAre) {
  SendLog log({.first = 2, .step = 5});
  constexpr int kMany = 100'000;
  std::vector<EventRow> rows;
  for (int i = 0; i < kMany; ++i) {
    const uint64_t seq = log.Plan(i, i, 0, 0, false);
    ASSERT_EQ(seq, 2u + 5u * static_cast<uint64_t>(i));
    log.NotSent(seq, 14);
    if (i % 777 != 0) continue;
    const auto some = log.TakeSettled();
    rows.insert(rows.end(), some.begin(), some.end());
  }
  const auto rest = TakeAll(&log);
  rows.insert(rows.end(), rest.begin(), rest.end());
  ASSERT_EQ(rows.size(), static_cast<size_t>(kMany));
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(rows[static_cast<size_t>(i)].intended_ns, i);
  EXPECT_EQ(log.TakeProgress().planned, kMany);
}

TEST(SendLog, AnswersToEventsOfAnothersShareAreStray) {
  SendLog log({.first = 1, .step = 2});
  const uint64_t seq = log.Plan(0, 0, 0, 0, false);
  log.HandOver(seq, 0, 0);
  for (uint64_t other : {uint64_t{0}, uint64_t{2}, uint64_t{3}}) log.Take(other, kOk, 1);
  EXPECT_EQ(log.StrayAcks(), 3);
  EXPECT_TRUE(log.Take(seq, kOk, 1));
}

TEST(SendLog, WhateverHappensEachEventHasExactlyOneFate) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    SendLog log;
    for (int i = 0; i < 10; ++i) log.Plan(0, 0, 0, 0, false);
    std::vector<bool> waiting(10, true);
    for (int step = 0; step < 60; ++step) {
      const uint64_t seq = random() % 10;
      const bool waits = waiting[seq];
      switch (random() % 4) {
        case 0:
          if (waits) log.HandOver(seq, 0, static_cast<int32_t>(seq % 2));
          waiting[seq] = false;
          break;
        case 1:
          if (waits) log.NotSent(seq, 14);
          waiting[seq] = false;
          break;
        case 2:
          log.Take(seq, {static_cast<Outcome>(random() % 3), 0, 0, 0}, 0);
          break;
        default:
          log.LoseSentOn(static_cast<int32_t>(random() % 2), 4);
      }
    }
    for (uint64_t seq = 0; seq < 10; ++seq) {
      if (waiting[seq]) log.NotSent(seq, 4);
    }
    for (int32_t stream : {0, 1}) log.LoseSentOn(stream, 4);
    const Progress end = log.TakeProgress();
    ASSERT_EQ(end.ok + end.failed + end.unknown, 10);
    ASSERT_EQ(log.Open(), 0);
  }
}

}  // namespace
}  // namespace keystone::loadgen
