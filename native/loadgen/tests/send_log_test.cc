#include "send_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

namespace keystone::loadgen {
namespace {

constexpr Answer kOk{Outcome::kOk, 0, 3, 77};

TEST(SendLog, AnAcknowledgedEventHasItsPlaceInKafka) {
  SendLog log;
  EXPECT_EQ(log.Plan(5, 6, 42, 100, true), 0u);
  log.HandOver(0, 6, 2);
  log.Take(0, kOk, 9);
  const EventRow& row = log.Row(0);
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
  EXPECT_EQ(log.TakeProgress().latencies_ns, std::vector<int64_t>{4});
  EXPECT_TRUE(log.TakeProgress().latencies_ns.empty());
}

TEST(SendLog, AnEventNeverSentFailedWithoutTimesAndPlace) {
  SendLog log;
  log.Plan(0, 0, 0, 0, false);
  log.NotSent(0, 14);
  EXPECT_EQ(log.Row(0).outcome, Outcome::kFailed);
  EXPECT_EQ(log.Row(0).code, 14);
  EXPECT_EQ(log.Row(0).sent_ns, kNull);
  EXPECT_EQ(log.Row(0).offset, kNull);
}

TEST(SendLog, WhatWasSentAndNotAnsweredIsUnknownAndTheRestStaysOpen) {
  SendLog log;
  for (int i = 0; i < 3; ++i) log.Plan(0, 0, 0, 0, false);
  log.HandOver(1, 0, 0);
  log.HandOver(2, 0, 1);
  log.LoseSentOn(0, 14);
  EXPECT_EQ(log.Row(0).outcome, Outcome::kPending);
  EXPECT_EQ(log.Row(1).outcome, Outcome::kUnknown);
  EXPECT_EQ(log.Row(2).outcome, Outcome::kPending);  // on another stream
  EXPECT_EQ(log.Open(), 2);
  log.HandOver(0, 0, 1);
  log.LoseSentOn(1, 4);
  EXPECT_EQ(log.Open(), 0);
  EXPECT_EQ(log.Row(0).code, 4);
  EXPECT_EQ(log.Row(1).code, 14);
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
  log.AwaitOpenBelow(16);
  EXPECT_GE(settled, 3u);  // an eighth, and the one that makes it fewer than so many
  settling.join();
  log.AwaitOpenBelow(1);
}

TEST(SendLog, KeepsRowsApartHoweverManyThereAre) {
  SendLog log;
  constexpr int kMany = 200'000;
  for (int i = 0; i < kMany; ++i) log.Plan(i, i, 0, 0, false);
  for (int i = 0; i < kMany; i += 9'999)
    EXPECT_EQ(log.Row(static_cast<uint64_t>(i)).intended_ns, i);
  EXPECT_EQ(log.Planned(), kMany);
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
