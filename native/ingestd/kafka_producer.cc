#include "kafka_producer.h"

#include <utility>

#include "log.h"

namespace keystone::ingestd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kProbeEvery{1000};
constexpr milliseconds kAnswerWithin{500};

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
                                                    const Clock& clock, OnHealth on_health,
                                                    std::string* error) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(
      std::move(name), settings, max_event_bytes, budget, clock, std::move(on_health)));
  if (!producer->OpenClient(error)) return nullptr;
  producer->keeper_ = std::thread([raw = producer.get()] { raw->LookAfterClient(); });
  return producer;
}

KafkaProducer::KafkaProducer(std::string name, const KafkaSettings& settings,
                             size_t max_event_bytes, InFlightBudget& budget, const Clock& clock,
                             OnHealth on_health)
    : settings_(settings),
      max_event_bytes_(max_event_bytes),
      budget_(budget),
      clock_(clock),
      on_health_(std::move(on_health)),
      log_(std::move(name)) {}

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

std::optional<EventResult> KafkaProducer::Produce(WireRecord record, DeliverySink* sink) {
  if (!budget_.TryTake(record.value.size + kRecordBytes)) return NoRoom();
  return Queue(std::move(record), sink);
}

Produced KafkaProducer::ProduceOrWait(WireRecord* record, DeliverySink* sink,
                                      const std::weak_ptr<RoomWaiter>& waiter) {
  if (!budget_.TakeOrWait(record->value.size + kRecordBytes, waiter)) return NoRoomYet();
  if (auto refusal = Queue(std::move(*record), sink)) return *std::move(refusal);
  return Queued();
}

// Room has been taken.
std::optional<EventResult> KafkaProducer::Queue(WireRecord record, DeliverySink* sink) {
  const size_t room = record.value.size + kRecordBytes;
  CallMetrics& metrics = sink->metrics_;  // the sink may end itself before this returns
  const size_t payload_bytes = record.value.size - kValuePrefixBytes;
  const int64_t received_ns = sink->received_ns_ = record.received_ns;
  const auto error = Use(current_)->Produce(std::move(record), sink);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    metrics.Accepted(payload_bytes, clock_.NowNs() - received_ns);
    return std::nullopt;
  }
  budget_.GiveBack(room);
  budget_.WakeWaiters();
  return NotQueued(error, settings_.topic);
}

bool KafkaProducer::Flush(milliseconds timeout) { return Use(current_)->Flush(timeout); }

int KafkaProducer::Waiting() const { return Use(current_)->Waiting(); }

void KafkaProducer::Purge() { Use(current_)->Purge(); }

// The keeper's thread, until the producer ends.
void KafkaProducer::LookAfterClient() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool has_failed = std::exchange(has_failed_, false);
    lock.unlock();
    if (has_failed) {
      health_.Failed(steady_clock::now());
      TellHealth();
      lock.lock();
      changed_.wait_for(lock, health_.pause(), [this] { return stopping_; });
      if (stopping_) return;
      lock.unlock();
      Replace();
    }
    if (const auto answer = Use(current_)->Ask(kAnswerWithin)) {
      if (answer->takes_records) health_.Answered(steady_clock::now());
      log_.Topic(settings_.topic, answer->complaint);
    }
    TellHealth();
    lock.lock();
    changed_.wait_for(lock, kProbeEvery, [this] { return stopping_ || has_failed_; });
  }
}

void KafkaProducer::Replace() {
  Place* const failed = current_;
  std::string error;
  const bool is_open = OpenClient(&error);
  health_.Replaced(steady_clock::now());
  if (!is_open) {
    // The settings were taken before, so there is no memory, or no thread.
    log_.NotReplaced(error);
    std::lock_guard lock(mutex_);
    has_failed_ = true;
    return;
  }
  while (failed->users > 0) std::this_thread::sleep_for(kUsersPoll);
  failed->client.reset();  // its records are reported failed or unknown
  log_.Replaced();
}

void KafkaProducer::TellHealth() {
  const bool is_good = health_.IsGood(steady_clock::now());
  if (is_good_ == is_good) return;
  is_good_ = is_good;
  on_health_(is_good);
}

void KafkaProducer::OnReport(const rd_kafka_message_t& report) {
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) log_.Delivered();
  budget_.GiveBack(report.len + kRecordBytes);  // before its client, who may come back at once
  auto* sink = static_cast<DeliverySink*>(report._private);
  EventResult result = Delivered(report);
  sink->metrics_.Reported(result.outcome, clock_.NowNs() - sink->received_ns_);
  sink->OnDelivery(std::move(result));
  budget_.WakeWaiters();
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
