#include "kafka_producer.h"

#include <utility>

#include "log.h"

namespace keystone::ingestd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kProbeEvery{1000};
constexpr milliseconds kAnswerWithin{500};

// So long without an answer, and nobody should send events here.
constexpr milliseconds kUnhealthyAfter{5000};

constexpr milliseconds kUsersPoll{1};

}  // namespace

// The client to call, which stays for as long as this does.
class KafkaProducer::Use {
 public:
  explicit Use(const std::atomic<Place*>& current) {
    while (true) {
      place_ = current;
      ++place_->users;
      if (current == place_) break;
      --place_->users;
    }
  }
  ~Use() { --place_->users; }

  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  KafkaClient* operator->() const { return place_->client.get(); }

 private:
  Place* place_;
};

std::unique_ptr<KafkaProducer> KafkaProducer::Start(std::string name, const KafkaSettings& settings,
                                                    size_t max_event_bytes, InFlightBudget& budget,
                                                    OnHealth on_health, std::string* error) {
  std::unique_ptr<KafkaProducer> producer(
      new KafkaProducer(std::move(name), settings, max_event_bytes, budget, std::move(on_health)));
  if (!producer->OpenClient(error)) return nullptr;
  producer->keeper_ = std::thread([raw = producer.get()] { raw->Keep(); });
  return producer;
}

KafkaProducer::KafkaProducer(std::string name, const KafkaSettings& settings,
                             size_t max_event_bytes, InFlightBudget& budget, OnHealth on_health)
    : settings_(settings),
      max_event_bytes_(max_event_bytes),
      budget_(budget),
      on_health_(std::move(on_health)),
      log_(std::move(name)),
      last_answer_(steady_clock::now()) {}

KafkaProducer::~KafkaProducer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
  places_.clear();  // the clients still tell of errors
}

bool KafkaProducer::OpenClient(std::string* error) {
  auto place = std::make_unique<Place>();
  place->client = KafkaClient::Start(settings_, max_event_bytes_, *this, error);
  if (!place->client) return false;
  current_ = place.get();
  places_.push_back(std::move(place));
  return true;
}

bool KafkaProducer::Reserve(size_t value_bytes) {
  return budget_.TryTake(value_bytes + kRecordBytes);
}

bool KafkaProducer::ReserveOrWait(size_t value_bytes, const std::weak_ptr<RoomWaiter>& waiter) {
  return budget_.TakeOrWait(value_bytes + kRecordBytes, waiter);
}

std::optional<EventResult> KafkaProducer::Produce(std::string_view key, RecordValue value,
                                                  RecordHeaders headers, DeliverySink* sink) {
  const size_t room = value.size + kRecordBytes;
  const auto error = Use(current_)->Produce(key, std::move(value), std::move(headers), sink);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  budget_.GiveBack(room);
  return NotQueued(error, settings_.topic);
}

bool KafkaProducer::Flush(milliseconds timeout) { return Use(current_)->Flush(timeout); }

void KafkaProducer::Purge() { Use(current_)->Purge(); }

void KafkaProducer::RaiseFatalError() { Use(current_)->RaiseFatalError(); }

// The keeper's thread: looks after the client until the producer ends.
void KafkaProducer::Keep() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool has_failed = std::exchange(has_failed_, false);
    lock.unlock();
    if (has_failed) {
      Judge(false);
      Replace();
    }
    if (Use(current_)->Answers(kAnswerWithin)) {
      last_answer_ = steady_clock::now();
      Judge(true);
    } else if (steady_clock::now() - last_answer_ > kUnhealthyAfter) {
      Judge(false);
    }
    lock.lock();
    changed_.wait_for(lock, kProbeEvery, [this] { return stopping_ || has_failed_; });
  }
}

void KafkaProducer::Replace() {
  Place* const failed = current_;
  std::string error;
  if (!OpenClient(&error)) {
    // The settings were taken before, so this passes: no memory, no thread.
    Log("Kafka: no new producer: " + error);
    std::lock_guard lock(mutex_);
    has_failed_ = !stopping_;
    return;
  }
  while (failed->users > 0) std::this_thread::sleep_for(kUsersPoll);
  failed->client.reset();  // its records are reported failed or unknown
  Log("Kafka: a new producer has taken the place of one that could not go on");
}

void KafkaProducer::Judge(bool answers) {
  if (is_healthy_ == answers) return;
  is_healthy_ = answers;
  on_health_(answers);
}

void KafkaProducer::OnReport(const rd_kafka_message_t& report) {
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) log_.Delivered();
  static_cast<DeliverySink*>(report._private)->OnDelivery(Delivered(report));
  budget_.GiveBack(report.len + kRecordBytes);
}

void KafkaProducer::OnError(rd_kafka_resp_err_t error, const char* reason, bool is_fatal) {
  log_.Failed(error, reason);
  if (!is_fatal) return;
  {
    std::lock_guard lock(mutex_);
    has_failed_ = true;
  }
  changed_.notify_all();
}

}  // namespace keystone::ingestd
