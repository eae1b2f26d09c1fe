#include "retry_queue.h"

#include <gtest/gtest.h>

#include <set>

namespace keystone::loadgen {
namespace {

constexpr int64_t kMs = 1'000'000;

TEST(RetryQueue, WhatIsDueComesInItsOrderAndOnce) {
  RetryQueue queue;
  for (uint64_t seq = 0; seq < 3; ++seq) queue.Keep(seq, 10, "payload " + std::to_string(seq));
  queue.Schedule(0, 30);
  queue.Schedule(1, 20);
  queue.Schedule(2, 40);
  EXPECT_FALSE(queue.TakeDue(19));
  const auto first = queue.TakeDue(30);
  EXPECT_EQ(first->seq, 1u);
  EXPECT_EQ(first->intended_ns, 10);
  EXPECT_EQ(first->payload, "payload 1");
  EXPECT_EQ(queue.TakeDue(30)->seq, 0u);
  EXPECT_FALSE(queue.TakeDue(30));
  EXPECT_EQ(queue.TakeScheduled(), std::vector<uint64_t>{2});
  EXPECT_FALSE(queue.TakeDue(100));
}

TEST(RetryQueue, WaitsTwiceAsLongWithEachTryUpToTheLongest) {
  const int64_t whole_ms[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
  for (int tries = 1; tries <= 8; ++tries) {
    for (uint64_t seq = 0; seq < 1000; ++seq) {
      EXPECT_GT(BackoffNs(seq, tries), whole_ms[tries - 1] * kMs / 2);
      EXPECT_LE(BackoffNs(seq, tries), whole_ms[tries - 1] * kMs);
    }
  }
  EXPECT_LE(BackoffNs(0, 255), 5000 * kMs);
}

TEST(RetryQueue, WhatFailedTogetherDoesNotComeBackTogether) {
  std::set<int64_t> tenths;
  for (uint64_t seq = 0; seq < 1000; ++seq) tenths.insert(BackoffNs(seq, 1) / (5 * kMs));
  EXPECT_EQ(tenths.size(), 10u);
}

}  // namespace
}  // namespace keystone::loadgen
