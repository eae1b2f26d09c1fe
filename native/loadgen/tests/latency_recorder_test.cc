#include "latency_recorder.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace keystone::loadgen {
namespace {

int64_t CellOf(int64_t us) {
  LatencyRecorder recorder;
  recorder.Record(0, us);
  return recorder.Cells().at(0).us;
}

TEST(LatencyRecorder, KeepsValuesToThreeDigits) {
  for (int64_t us : {0, 1, 999, 2'047}) EXPECT_EQ(CellOf(us), us);
  EXPECT_EQ(CellOf(2'049), 2'048);
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const int64_t us = static_cast<int64_t>(random() >> (24 + random() % 40));
    const int64_t cell = CellOf(us);
    ASSERT_LE(cell, us);
    ASSERT_LE(us - cell, us / 1'000) << us;
    ASSERT_EQ(CellOf(cell), cell);
  }
}

TEST(LatencyRecorder, TakesWhatIsOutOfRangeAsTheEndOfIt) {
  EXPECT_EQ(CellOf(-5), 0);
  EXPECT_EQ(CellOf(int64_t{1} << 50), CellOf((int64_t{1} << 40) - 1));
}

TEST(LatencyRecorder, CountsEachSecondByItself) {
  LatencyRecorder recorder;
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  std::mt19937 random(2);
  for (int i = 0; i < 10'000; ++i) {
    const std::pair<int64_t, int64_t> at{random() % 20, random() % 50};
    recorder.Record(at.first, at.second);
    ++counts[at];
  }
  const auto cells = recorder.Cells();
  ASSERT_EQ(cells.size(), counts.size());
  size_t i = 0;
  for (const auto& [at, count] : counts) {
    EXPECT_EQ(cells[i].second, at.first);
    EXPECT_EQ(cells[i].us, at.second);
    EXPECT_EQ(cells[i++].count, count);
  }
}

}  // namespace
}  // namespace keystone::loadgen
