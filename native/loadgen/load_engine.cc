#include "load_engine.h"

#include <sys/prctl.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "crc32c.h"
#include "stream_transport.h"
#include "unary_transport.h"

namespace keystone::loadgen {
namespace {

using Guard = std::unique_lock<std::mutex>;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr size_t kMostQueuedBytes = 32u << 20;
// Who sleeps for less wakes up for each event of a high rate.
constexpr int64_t kLeastSleepNs = 100'000;
constexpr auto kConnectPoll = std::chrono::milliseconds(10);
// How often a pacer that waits looks for events that are due for another try.
constexpr auto kRetryPoll = std::chrono::milliseconds(20);
// A wait that only what it waits for ends.
constexpr auto kEndless = std::chrono::hours(1);
// What a try that is offered at the last moment has for its answer.
constexpr auto kLastTry = std::chrono::seconds(1);

steady_clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(seconds));
}

std::unique_ptr<Transport> MakeTransport(const EngineSettings& settings, const Wiring& wiring) {
  switch (settings.call) {
    case CallKind::kUnary:
      return std::make_unique<UnaryTransport>(wiring);
    case CallKind::kBatch:
      return std::make_unique<BatchTransport>(wiring, settings.batch);
    default:
      return std::make_unique<StreamTransport>(wiring);
  }
}

}  // namespace

LoadEngine::LoadEngine(const EngineSettings& settings)
    : settings_(settings),
      log_(settings.share, {.most_tries = settings.retries + 1, .clock = settings.clock}) {
  if (settings.retries < 0 || settings.retries > kMostRetries) {
    throw std::invalid_argument("retries is " + std::to_string(settings.retries) +
                                ": must be 0 to " + std::to_string(kMostRetries));
  }
  for (int i = 0; i < settings.connections; ++i) {
    const Wiring wiring{OpenChannel(settings.address, settings.security),
                        settings.producer,
                        settings.clock,
                        log_,
                        settings.max_open,
                        streams_};
    transports_.push_back(MakeTransport(settings, wiring));
    transports_.back()->Begin();
  }
}

LoadEngine::~LoadEngine() {
  Stop();
  End();
  GiveUp();
  if (pacer_.joinable()) pacer_.join();
}

bool LoadEngine::Connect() {
  const auto deadline = steady_clock::now() + Seconds(settings_.connect_timeout_s);
  Guard guard(mutex_);
  const auto reached = [](const auto& transport) { return transport->Reached(); };
  while (!std::all_of(transports_.begin(), transports_.end(), reached)) {
    if (steady_clock::now() > deadline) {
      over_ = true;
      changed_.notify_all();
      throw NoServer("no ingest server answers at " + settings_.address);
    }
    if (changed_.wait_for(guard, kConnectPoll, [this] { return stop_; })) {
      stopped_ = true;
      over_ = true;
      changed_.notify_all();
      return false;
    }
  }
  pacer_ = std::thread([this] { Pace(); });
  return true;
}

void LoadEngine::StartAt(int64_t start_ns) {
  const Guard guard(mutex_);
  Start(start_ns);
}

bool LoadEngine::Push(EventBlock block, std::vector<int64_t> due_ns) {
  std::vector<uint32_t> crc32c;
  crc32c.reserve(block.size());
  for (size_t i = 0; i < block.size(); ++i) crc32c.push_back(Crc32c(block.Payload(i)));
  Guard guard(mutex_);
  changed_.wait(guard, [this] { return stop_ || queued_bytes_ < kMostQueuedBytes; });
  if (stop_) return false;
  if (start_ns_ == kNull) Start(settings_.clock.NowNs());
  for (int64_t& at : due_ns) at += start_ns_;
  queued_bytes_ += block.bytes();
  queue_.push_back({std::move(block), std::move(crc32c), std::move(due_ns)});
  changed_.notify_all();
  return true;
}

void LoadEngine::End() {
  const Guard guard(mutex_);
  ended_ = true;
  // Without a pacer nobody else would say so: Connect did not come to its end.
  if (!pacer_.joinable()) over_ = true;
  changed_.notify_all();
}

void LoadEngine::Stop() {
  const Guard guard(mutex_);
  if (over_ || stop_) return;
  stop_ = true;
  changed_.notify_all();
  log_.StopWaiting();
}

void LoadEngine::GiveUp() {
  {
    const Guard guard(mutex_);
    given_up_ = true;
    changed_.notify_all();
  }
  for (const auto& transport : transports_) transport->GiveUp();
}

bool LoadEngine::AwaitEnd(double timeout_s) {
  Guard guard(mutex_);
  return changed_.wait_for(guard, Seconds(timeout_s), [this] { return over_; });
}

void LoadEngine::Pace() {
  // Waking up to 50 us late, as threads do by default, would be our lateness.
  prctl(PR_SET_TIMERSLACK, 1);
  Due due;
  while (NextBlock(&due)) {
    for (size_t i = 0; i < due.block.size() && AwaitTurn(&due.at_ns[i]); ++i) {
      const std::string_view payload = due.block.Payload(i);
      const uint64_t seq = log_.Plan(due.at_ns[i], settings_.clock.NowNs(), due.crc32c[i],
                                     due.block.PriceCents(i), due.block.Spoilt(i));
      payload_bytes_ += static_cast<int64_t>(payload.size());
      if (settings_.retries > 0) log_.retries().Keep(seq, due.at_ns[i], payload);
      transports_[turn_++ % transports_.size()]->Offer({seq, due.at_ns[i], payload});
    }
  }
  auto deadline = steady_clock::now() + Seconds(settings_.ack_timeout_s);
  if (settings_.retries > 0) {
    AwaitRetries(deadline);
    deadline = std::max(deadline, steady_clock::now() + kLastTry);
  }
  for (const auto& transport : transports_) transport->Finish(deadline);
  const Guard guard(mutex_);
  over_ = true;
  changed_.notify_all();
}

// With the mutex.
void LoadEngine::Start(int64_t start_ns) {
  start_ns_ = start_ns;
  log_.StartAt(start_ns);
}

// False at the end of the plan.
bool LoadEngine::NextBlock(Due* due) {
  Guard guard(mutex_);
  if (queue_.empty()) SayIdle(std::numeric_limits<int64_t>::max());
  while (!WaitAndRetry(guard, steady_clock::now() + kEndless,
                       [this] { return stop_ || ended_ || !queue_.empty(); })) {
    // An hour of nothing is no end.
  }
  stopped_ = stop_;
  if (stop_ || queue_.empty()) return false;
  *due = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= due->block.bytes();
  changed_.notify_all();
  return true;
}

// Until the event is due; in a closed loop, until there is room for it, which
// makes it due. False if the plan is to end before.
bool LoadEngine::AwaitTurn(int64_t* at_ns) {
  OfferAgain();
  if (settings_.in_flight == 0) return SleepUntil(*at_ns);
  while (log_.Open() >= settings_.in_flight && !IsStopped()) {
    SayIdle(std::numeric_limits<int64_t>::max());
    log_.AwaitOpenBelow(settings_.in_flight,
                        settings_.retries > 0 ? nanoseconds(kRetryPoll) : nanoseconds(kEndless));
    OfferAgain();
  }
  *at_ns = settings_.clock.NowNs();
  return !IsStopped();
}

// Not at all if it is late already.
bool LoadEngine::SleepUntil(int64_t at_ns) {
  const int64_t left_ns = at_ns - settings_.clock.NowNs();
  if (left_ns > 0) SayIdle(at_ns);
  Guard guard(mutex_);
  if (left_ns <= 0) return !stop_;
  const auto until = steady_clock::now() + nanoseconds(std::max(left_ns, kLeastSleepNs));
  return !WaitAndRetry(guard, until, [this] { return stop_; });
}

// Waits until `is_over`, at most until then, and says whether it is. With the
// mutex, which is free while what is due for another try is offered.
bool LoadEngine::WaitAndRetry(Guard& guard, steady_clock::time_point until,
                              const std::function<bool()>& is_over) {
  while (settings_.retries > 0 && steady_clock::now() + kRetryPoll < until) {
    if (changed_.wait_for(guard, kRetryPoll, is_over)) return true;
    guard.unlock();
    OfferAgain();
    SayIdle(settings_.clock.NowNs() + nanoseconds(kRetryPoll).count());
    guard.lock();
  }
  return changed_.wait_until(guard, until, is_over);
}

void LoadEngine::OfferAgain() {
  if (settings_.retries == 0) return;
  const int64_t now_ns = settings_.clock.NowNs();
  while (const auto again = log_.retries().TakeDue(now_ns)) {
    transports_[turn_++ % transports_.size()]->Offer(
        {again->seq, again->intended_ns, again->payload});
  }
}

// Until every event is settled. What is not by the deadline, or when somebody
// wants the end, is tried no further.
void LoadEngine::AwaitRetries(steady_clock::time_point deadline) {
  SayIdle(std::numeric_limits<int64_t>::max());
  {
    Guard guard(mutex_);
    WaitAndRetry(guard, deadline, [this] { return stop_ || given_up_ || log_.Open() == 0; });
  }
  log_.EndRetries();
}

bool LoadEngine::IsStopped() {
  const Guard guard(mutex_);
  return stop_;
}

void LoadEngine::SayIdle(int64_t until_ns) {
  for (const auto& transport : transports_) transport->Idle(until_ns);
}

}  // namespace keystone::loadgen
