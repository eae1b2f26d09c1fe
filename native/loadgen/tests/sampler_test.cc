#include "sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keystone::loadgen {
namespace {

constexpr int kDraws = 100'000;

TEST(Random, GivesTheSameForTheSameSeedAndOtherForAnother) {
  Random one(1), same(1), other(2);
  const uint64_t first = one.Bits();
  EXPECT_EQ(first, same.Bits());
  EXPECT_NE(first, other.Bits());
}

TEST(Random, StaysBelowItsBounds) {
  Random random(1);
  for (int i = 0; i < kDraws; ++i) {
    const double share = random.Share();
    ASSERT_TRUE(share >= 0 && share < 1);
    ASSERT_LT(random.Below(3), 3u);
  }
}

TEST(Choice, DrawsAsOftenAsTheWeightsSay) {
  const std::vector<double> weights = {5, 0, 1, 2.5, 1.5};
  const Choice choice(weights);
  Random random(7);
  std::vector<int> counts(weights.size());
  for (int i = 0; i < kDraws; ++i) ++counts[choice.Draw(random)];
  for (size_t i = 0; i < weights.size(); ++i) {
    const double expected = kDraws * weights[i] / 10;
    EXPECT_NEAR(counts[i], expected, 5 * std::sqrt(expected)) << i;
  }
}

TEST(Choice, RefusesWeightsThatGiveNoChoice) {
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& weights :
       {std::vector<double>{}, {0, 0}, {1, -1}, {1, inf}, {1, std::nan("")}}) {
    EXPECT_THROW(Choice{weights}, std::invalid_argument);
  }
}

TEST(Quantiles, GoThroughTheKnownOnesAndStayWithinThem) {
  const Quantiles quantiles({-4, -1, 0, 2, 4}, {-10, 0, 1, 100, 100});
  EXPECT_EQ(quantiles.At(-9), -10);
  EXPECT_EQ(quantiles.At(-1), 0);
  EXPECT_EQ(quantiles.At(0), 1);
  EXPECT_EQ(quantiles.At(2), 100);
  EXPECT_EQ(quantiles.At(9), 100);
}

TEST(Quantiles, AreNormalInBetweenAndLogNormalAboveZero) {
  const Quantiles quantiles({-1, 0, 2}, {-10, 1, 100});
  EXPECT_DOUBLE_EQ(quantiles.At(-0.5), -4.5);
  EXPECT_DOUBLE_EQ(quantiles.At(1), 10);
}

TEST(Quantiles, GiveALogNormalDistributionBack) {
  std::vector<double> z, values;
  for (double at = -4; at <= 4; at += 0.5) {
    z.push_back(at);
    values.push_back(std::exp(4.3 + 0.9 * at));
  }
  const Quantiles quantiles(z, values);
  Random random(3);
  std::vector<double> drawn(kDraws);
  for (double& value : drawn) value = quantiles.At(random.Normal());
  std::sort(drawn.begin(), drawn.end());
  EXPECT_NEAR(drawn[kDraws / 2], std::exp(4.3), 2);
  EXPECT_NEAR(drawn[kDraws * 99 / 100], std::exp(4.3 + 0.9 * 2.3263), 40);
}

TEST(Quantiles, RefuseWhatDoesNotRise) {
  using V = std::vector<double>;
  EXPECT_THROW(Quantiles(V{0}, V{1}), std::invalid_argument);
  EXPECT_THROW(Quantiles(V{0, 1}, V{1}), std::invalid_argument);
  EXPECT_THROW(Quantiles(V{0, 0}, V{1, 2}), std::invalid_argument);
  EXPECT_THROW(Quantiles(V{0, 1}, V{2, 1}), std::invalid_argument);
}

}  // namespace
}  // namespace keystone::loadgen
