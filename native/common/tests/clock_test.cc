#include "clock.h"

#include <gtest/gtest.h>

namespace keystone {
namespace {

TEST(Clock, AddsMonotonicTimeToTheWallClockAtStart) {
  int64_t monotonic = 500;
  const Clock clock([] { return int64_t{1'700'000'000'000'000'000}; }, [&] { return monotonic; });
  EXPECT_EQ(clock.NowNs(), 1'700'000'000'000'000'000);
  monotonic += 42;
  EXPECT_EQ(clock.NowNs(), 1'700'000'000'000'000'042);
}

TEST(Clock, IgnoresAWallClockThatIsSetBack) {
  int64_t wall = 1'000'000;
  int64_t monotonic = 0;
  const Clock clock([&] { return wall; }, [&] { return monotonic; });
  wall = 0;
  monotonic = 7;
  EXPECT_EQ(clock.NowNs(), 1'000'007);
}

TEST(Clock, IsCloseToTheSystemsTimeByDefault) {
  using std::chrono::system_clock;
  const auto now = std::chrono::nanoseconds(system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(static_cast<double>(Clock().NowNs()), static_cast<double>(now), 1e9);
}

}  // namespace
}  // namespace keystone
