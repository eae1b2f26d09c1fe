#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace keystone::loadgen {

// Values of one second that share a count.
struct LatencyCell {
  int64_t second;
  int64_t us;  // the least of them
  int64_t count;
};

// Latencies of each second as Gil Tene's HdrHistogram counts them: to three
// significant digits, by the index of its Java source
// (AbstractHistogram.countsArrayIndex). Takes memory for the cells that have
// values only, some hundred a second, however many values there are; recorders
// are merged by adding up cells.
class LatencyRecorder {
 public:
  // Growing would hold up who waits for an answer: room for so many cells is
  // made beforehand.
  explicit LatencyRecorder(size_t cells = 0) { counts_.reserve(cells); }

  // Negative values, which two clocks may give, count as 0.
  void Record(int64_t second, int64_t us);

  // By second and value.
  std::vector<LatencyCell> Cells() const;

 private:
  std::unordered_map<int64_t, int64_t> counts_;  // by second and slot
};

}  // namespace keystone::loadgen
