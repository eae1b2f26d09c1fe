#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "outcome.h"

namespace keystone::ingestd {

// How often something took how long. Any thread may call.
class LatencyHistogram {
 public:
  // Upper bounds, each inclusive, and one bucket more for what is beyond.
  static constexpr std::array<int64_t, 23> kBoundsNs = {
      1'000,         2'000,         5'000,         10'000,         20'000,         50'000,
      100'000,       200'000,       500'000,       1'000'000,      2'000'000,      5'000'000,
      10'000'000,    20'000'000,    50'000'000,    100'000'000,    200'000'000,    500'000'000,
      1'000'000'000, 2'000'000'000, 5'000'000'000, 10'000'000'000, 30'000'000'000,
  };

  void Record(int64_t ns) {
    size_t bucket = 0;
    while (bucket < kBoundsNs.size() && ns > kBoundsNs[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(ns, std::memory_order_relaxed);
  }

  uint64_t count(size_t bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }
  int64_t sum_ns() const { return sum_ns_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<uint64_t>, kBoundsNs.size() + 1> counts_{};
  std::atomic<int64_t> sum_ns_{0};
};

// What became of the events of one kind of call. Any thread may call; nothing
// waits.
class CallMetrics {
 public:
  static constexpr size_t kRefusals = static_cast<size_t>(Refusal::kShuttingDown) + 1;

  // An event is librdkafka's now, so long after its request was parsed.
  void Accepted(size_t payload_bytes, int64_t inside_ns) {
    accepted_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(payload_bytes, std::memory_order_relaxed);
    inside_.Record(inside_ns);
  }

  void Refused(Refusal why) {
    refused_[static_cast<size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }

  // Kafka's word on an accepted event, so long after it was received.
  void Reported(ingest::v1::Outcome outcome, int64_t ns) {
    outcomes_[outcome].fetch_add(1, std::memory_order_relaxed);
    if (outcome == ingest::v1::OUTCOME_OK) delivery_.Record(ns);
  }

  uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  uint64_t refused(Refusal why) const {
    return refused_[static_cast<size_t>(why)].load(std::memory_order_relaxed);
  }
  uint64_t reported(ingest::v1::Outcome outcome) const {
    return outcomes_[outcome].load(std::memory_order_relaxed);
  }
  const LatencyHistogram& inside() const { return inside_; }
  const LatencyHistogram& delivery() const { return delivery_; }

 private:
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> bytes_{0};
  std::array<std::atomic<uint64_t>, kRefusals> refused_{};
  std::array<std::atomic<uint64_t>, ingest::v1::Outcome_ARRAYSIZE> outcomes_{};
  LatencyHistogram inside_;
  LatencyHistogram delivery_;
};

}  // namespace keystone::ingestd
