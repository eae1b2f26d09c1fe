#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace keystone::ingestd {

// Whether a producer is of use, and how soon a failed client may be replaced,
// from what is seen of it; times are passed in. One thread's.
class KafkaHealth {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // So long without an answer, and nobody should send events here.
  static constexpr std::chrono::seconds kMostSilence{5};

  // A client that has failed for good may be followed by one that does at once,
  // with the first thing it asks of Kafka. One that lives for this is thought to
  // be better.
  static constexpr std::chrono::seconds kProven{2};

  static constexpr std::chrono::seconds kFirstPause{1};
  static constexpr std::chrono::seconds kLongestPause{30};

  void Answered(Time now) { last_answer_ = now; }

  // The client can not go on. What was answered before says nothing of the next.
  void Failed(Time now) {
    const bool was_proven = !replaced_ || now - *replaced_ > kLongestPause;
    pause_ = was_proven ? Duration::zero()
                        : std::clamp<Duration>(2 * pause_, kFirstPause, kLongestPause);
    last_answer_.reset();
  }

  // How long after its failure the client is replaced: at once, unless the one
  // before it was only just replaced, too.
  Duration pause() const { return pause_; }

  void Replaced(Time now) { replaced_ = now; }

  bool IsGood(Time now) const {
    return last_answer_ && now - *last_answer_ <= kMostSilence &&
           (!replaced_ || now - *replaced_ >= kProven);
  }

 private:
  std::optional<Time> last_answer_;
  std::optional<Time> replaced_;
  Duration pause_{};
};

}  // namespace keystone::ingestd
