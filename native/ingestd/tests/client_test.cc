#include "client.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace keystone::ingestd {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// How many of so many events a client may send at one moment.
int Taken(Client& client, int tries, int64_t now_ns) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += !client.TakeTurn(now_ns);
  return taken;
}

TEST(Client, WithoutALimitMaySendAsItLikes) {
  Client client(0);
  EXPECT_EQ(Taken(client, 10'000, 0), 10'000);
}

TEST(Client, MaySendASecondsWorthAtOnceAndThenAtItsRate) {
  Client client(100);
  EXPECT_EQ(Taken(client, 1000, kSecond), 100);
  EXPECT_EQ(Taken(client, 1000, kSecond + kSecond / 2), 50);
  EXPECT_EQ(Taken(client, 1000, kSecond + kSecond / 2), 0);
  EXPECT_EQ(Taken(client, 1000, 100 * kSecond), 100);
}

TEST(Client, IsToldWhenItMaySendAgain) {
  Client client(10);
  Taken(client, 10, 0);
  const auto refusal = client.TakeTurn(0);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refusal->outcome, ingest::v1::OUTCOME_FAILED);
  EXPECT_EQ(refusal->retry_after_ms, 101u);
  EXPECT_FALSE(client.TakeTurn(101'000'000));
}

TEST(Client, IsForgottenOnceItOwesNothing) {
  Client client(10);
  client.TakeTurn(kSecond);
  EXPECT_FALSE(client.IsForgettable(kSecond));
  EXPECT_TRUE(client.IsForgettable(kSecond + kSecond / 10));
}

TEST(Client, HasOneShareOverAllItsThreads) {
  Client client(1000);
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { taken += Taken(client, 1000, kSecond); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace keystone::ingestd
