#include "latency_recorder.h"

#include <algorithm>
#include <bit>

namespace keystone::loadgen {
namespace {

// 2,048 linear slots, then 1,024 for each doubling: within 0.1%.
constexpr int kHalfBits = 10;
constexpr int64_t kLargest = (int64_t{1} << 40) - 1;  // twelve days
constexpr int64_t kSlots = (41 - kHalfBits) << kHalfBits;

int64_t SlotOf(int64_t us) {
  const auto bits =
      static_cast<int64_t>(std::bit_width(static_cast<uint64_t>(us) | ((2 << kHalfBits) - 1)));
  const int64_t bucket = bits - (kHalfBits + 1);
  return (bucket << kHalfBits) + (us >> bucket);
}

int64_t LeastOf(int64_t slot) {
  const int64_t bucket = std::max<int64_t>((slot >> kHalfBits) - 1, 0);
  return (slot - (bucket << kHalfBits)) << bucket;
}

}  // namespace

void LatencyRecorder::Record(int64_t second, int64_t us) {
  ++counts_[second * kSlots + SlotOf(std::clamp<int64_t>(us, 0, kLargest))];
}

std::vector<LatencyCell> LatencyRecorder::Cells() const {
  std::vector<std::pair<int64_t, int64_t>> sorted(counts_.begin(), counts_.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<LatencyCell> cells;
  cells.reserve(sorted.size());
  for (const auto& [key, count] : sorted) {
    cells.push_back({key / kSlots, LeastOf(key % kSlots), count});
  }
  return cells;
}

}  // namespace keystone::loadgen
