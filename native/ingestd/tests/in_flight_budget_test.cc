#include "in_flight_budget.h"

#include <gtest/gtest.h>

#include <thread>

namespace keystone::ingestd {
namespace {

struct Counter final : RoomWaiter {
  void OnRoom() override { ++calls; }
  int calls = 0;
};

void GiveBackAndWake(InFlightBudget& budget, uint64_t bytes) {
  budget.GiveBack(bytes);
  budget.WakeWaiters();
}

TEST(InFlightBudget, HasRoomForSoManyEvents) {
  InFlightBudget budget(2, 1000);
  EXPECT_TRUE(budget.TryTake(1));
  EXPECT_TRUE(budget.TryTake(1));
  EXPECT_FALSE(budget.TryTake(1));
  budget.GiveBack(1);
  EXPECT_TRUE(budget.TryTake(1));
  EXPECT_EQ(budget.events(), 2u);
}

TEST(InFlightBudget, HasRoomForSoManyBytes) {
  InFlightBudget budget(100, 1000);
  EXPECT_TRUE(budget.TryTake(600));
  EXPECT_FALSE(budget.TryTake(401));
  EXPECT_TRUE(budget.TryTake(400));
  EXPECT_EQ(budget.bytes(), 1000u);
}

TEST(InFlightBudget, HoldsAsMuchAsItSaysItCan) {
  InFlightBudget budget(InFlightBudget::kMostEvents, InFlightBudget::kMostBytes);
  EXPECT_TRUE(budget.TryTake(InFlightBudget::kMostBytes));
  EXPECT_FALSE(budget.TryTake(1));
  EXPECT_TRUE(budget.TryTake(0));
  EXPECT_EQ(budget.events(), 2u);
  EXPECT_EQ(budget.bytes(), InFlightBudget::kMostBytes);
}

TEST(InFlightBudget, TellsWhoWaitsOnceAnEighthIsFree) {
  InFlightBudget budget(16, 1000);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(budget.TryTake(1));
  const auto waiter = std::make_shared<Counter>();
  EXPECT_FALSE(budget.TakeOrWait(1, waiter));
  GiveBackAndWake(budget, 1);
  EXPECT_EQ(waiter->calls, 0);
  GiveBackAndWake(budget, 1);
  EXPECT_EQ(waiter->calls, 1);
  GiveBackAndWake(budget, 1);
  EXPECT_EQ(waiter->calls, 1);
}

TEST(InFlightBudget, KeepsTheLastEighthForThoseWhoWait) {
  InFlightBudget budget(16, 1000);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(budget.TryTake(1));
  const auto waiter = std::make_shared<Counter>();
  EXPECT_FALSE(budget.TakeOrWait(1, waiter));
  budget.GiveBack(1);
  EXPECT_FALSE(budget.TryTake(1));
  budget.GiveBack(1);
  EXPECT_FALSE(budget.TryTake(1));
  budget.WakeWaiters();
  EXPECT_EQ(waiter->calls, 1);
  EXPECT_TRUE(budget.TryTake(1));
}

TEST(InFlightBudget, NobodyElseWhoWouldWaitTakesTheLastEighthEither) {
  InFlightBudget budget(16, 1000);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(budget.TryTake(1));
  const auto first = std::make_shared<Counter>(), second = std::make_shared<Counter>();
  EXPECT_FALSE(budget.TakeOrWait(1, first));
  budget.GiveBack(1);
  EXPECT_FALSE(budget.TakeOrWait(1, second));
  GiveBackAndWake(budget, 1);
  EXPECT_EQ(first->calls, 1);
  EXPECT_EQ(second->calls, 1);
  EXPECT_TRUE(budget.TakeOrWait(1, first));
}

TEST(InFlightBudget, WhoFindsRoomIsNotTold) {
  InFlightBudget budget(1, 1000);
  const auto waiter = std::make_shared<Counter>();
  EXPECT_TRUE(budget.TakeOrWait(1, waiter));
  GiveBackAndWake(budget, 1);
  EXPECT_EQ(waiter->calls, 0);
}

TEST(InFlightBudget, DoesNotMindThatWhoWaitsIsGone) {
  InFlightBudget budget(1, 1000);
  ASSERT_TRUE(budget.TryTake(1));
  EXPECT_FALSE(budget.TakeOrWait(1, std::make_shared<Counter>()));
  GiveBackAndWake(budget, 1);
  EXPECT_TRUE(budget.TryTake(1));
}

// Takes room again and again, waiting for it each time, until it had it so often.
struct Worker final : RoomWaiter {
  void OnRoom() override { room = true; }

  void Work(InFlightBudget& budget, const std::shared_ptr<Worker>& self, int times) {
    for (int i = 0; i < times; ++i) {
      while (!budget.TakeOrWait(3, self)) {
        while (!room.exchange(false)) std::this_thread::yield();
      }
      GiveBackAndWake(budget, 3);
    }
  }

  std::atomic<bool> room{false};
};

TEST(InFlightBudget, NobodyWaitsForeverBesideThoseWhoDoNotWait) {
  InFlightBudget budget(16, 48);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads, others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] {
      while (!stop) {
        if (budget.TryTake(3)) GiveBackAndWake(budget, 3);
      }
    });
  }
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&budget] {
      const auto worker = std::make_shared<Worker>();
      worker->Work(budget, worker, 5'000);
    });
  }
  for (auto& thread : threads) thread.join();
  stop = true;
  for (auto& other : others) other.join();
  EXPECT_EQ(budget.events(), 0u);
  EXPECT_EQ(budget.bytes(), 0u);
}

}  // namespace
}  // namespace keystone::ingestd
