#include "sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace keystone::loadgen {

Choice::Choice(const std::vector<double>& weights) : keep_(weights), alias_(weights.size()) {
  for (double weight : weights) {
    if (!(weight >= 0) || std::isinf(weight)) throw std::invalid_argument("a weight is below 0");
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(total > 0)) throw std::invalid_argument("no weight is above 0");
  std::iota(alias_.begin(), alias_.end(), 0);
  std::vector<size_t> small, large;
  for (size_t i = 0; i < keep_.size(); ++i) {
    keep_[i] *= static_cast<double>(keep_.size()) / total;
    (keep_[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const size_t poor = small.back(), rich = large.back();
    small.pop_back();
    alias_[poor] = static_cast<uint32_t>(rich);
    keep_[rich] -= 1 - keep_[poor];
    if (keep_[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  // What rounding left over counts as full.
  for (size_t i : small) keep_[i] = 1;
  for (size_t i : large) keep_[i] = 1;
}

size_t Choice::Draw(Random& random) const {
  const size_t column = random.Below(keep_.size());
  return random.Share() < keep_[column] ? column : alias_[column];
}

Quantiles::Quantiles(std::vector<double> z_scores, std::vector<double> values)
    : z_scores_(std::move(z_scores)), values_(std::move(values)) {
  const auto standstill =
      std::adjacent_find(z_scores_.begin(), z_scores_.end(), std::greater_equal<double>());
  const bool rises =
      standstill == z_scores_.end() && std::is_sorted(values_.begin(), values_.end());
  if (z_scores_.size() < 2 || z_scores_.size() != values_.size() || !rises) {
    throw std::invalid_argument("quantiles must rise");
  }
}

double Quantiles::At(double z) const {
  if (z <= z_scores_.front()) return values_.front();
  if (z >= z_scores_.back()) return values_.back();
  const auto above = std::upper_bound(z_scores_.begin(), z_scores_.end(), z);
  const size_t i = static_cast<size_t>(above - z_scores_.begin());
  const double low = values_[i - 1], high = values_[i];
  const double part = (z - z_scores_[i - 1]) / (z_scores_[i] - z_scores_[i - 1]);
  if (low > 0) return low * std::pow(high / low, part);
  return low + (high - low) * part;
}

}  // namespace keystone::loadgen
