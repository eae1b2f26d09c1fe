#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace keystone::loadgen {

// Randomness for one source: the same seed gives the same draws.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Bits() { return engine_(); }

  // Uniform in [0, 1), of 53 random bits.
  double Share() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

  // Standard normal.
  double Normal() { return normal_(engine_); }

  // Uniform in 0 ... below - 1; below is at least 1 and at most 2^32.
  uint64_t Below(uint64_t below) { return ((engine_() >> 32) * below) >> 32; }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

// Draws an index, each as often as its weight says, in constant time: the alias
// method (A. J. Walker 1977, in M. D. Vose's form of 1991).
class Choice {
 public:
  // Throws std::invalid_argument unless there is a weight, none is below 0 or
  // not finite, and one is above 0.
  explicit Choice(const std::vector<double>& weights);

  size_t Draw(Random& random) const;

 private:
  std::vector<double> keep_;
  std::vector<uint32_t> alias_;
};

// A distribution known by some of its quantiles, each at the z-score of its
// share: in between, values follow a normal distribution, or a log-normal one
// where they are above 0. Beyond the first and the last there is nothing.
class Quantiles {
 public:
  // Two z-scores at least, in rising order, with a value for each that does not
  // fall; throws std::invalid_argument otherwise.
  Quantiles(std::vector<double> z_scores, std::vector<double> values);

  // The value that lies as high among all as `z` among standard normal ones.
  double At(double z) const;

 private:
  std::vector<double> z_scores_;
  std::vector<double> values_;
};

}  // namespace keystone::loadgen
