#include "retry_queue.h"

#include <algorithm>

namespace keystone::loadgen {
namespace {

using Lock = std::lock_guard<std::mutex>;

constexpr int64_t kFirstNs = 100'000'000;
constexpr int64_t kLongestNs = 5'000'000'000;
constexpr int kMostDoublings = 6;  // beyond which it is the longest anyhow

// Sebastiano Vigna's splitmix64: numbers in a row become numbers all over.
uint64_t Scattered(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

int64_t BackoffNs(uint64_t seq, int tries) {
  const int64_t whole = std::min(kFirstNs << std::min(tries - 1, kMostDoublings), kLongestNs);
  return whole - static_cast<int64_t>(Scattered(seq + static_cast<uint64_t>(tries)) %
                                      static_cast<uint64_t>(whole / 2));
}

void RetryQueue::Keep(uint64_t seq, int64_t intended_ns, std::string_view payload) {
  const Lock lock(mutex_);
  events_.emplace(seq, Event{intended_ns, std::string(payload)});
}

void RetryQueue::Schedule(uint64_t seq, int64_t due_ns) {
  const Lock lock(mutex_);
  schedule_.emplace(due_ns, seq);
}

void RetryQueue::Forget(uint64_t seq) {
  const Lock lock(mutex_);
  events_.erase(seq);
}

std::optional<RetryQueue::Try> RetryQueue::TakeDue(int64_t now_ns) {
  const Lock lock(mutex_);
  if (schedule_.empty() || schedule_.top().first > now_ns) return std::nullopt;
  const uint64_t seq = schedule_.top().second;
  schedule_.pop();
  const Event& event = events_.at(seq);
  return Try{seq, event.intended_ns, event.payload};
}

std::vector<uint64_t> RetryQueue::TakeScheduled() {
  const Lock lock(mutex_);
  std::vector<uint64_t> all;
  for (; !schedule_.empty(); schedule_.pop()) all.push_back(schedule_.top().second);
  return all;
}

}  // namespace keystone::loadgen
