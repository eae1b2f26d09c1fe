#include "kafka_log.h"

#include <utility>

#include "log.h"

namespace keystone::ingestd {

void KafkaLog::Failed(rd_kafka_resp_err_t error, const char* reason) {
  std::lock_guard lock(mutex_);
  if (!told_.insert(error).second) return;
  failing_ = true;
  Log("Kafka (" + name_ + "): " + rd_kafka_err2str(error) + ": " + reason, Severity::kError);
}

void KafkaLog::Topic(const std::string& topic, const std::string& complaint) {
  if (complaint == std::exchange(complaint_, complaint)) return;
  const std::string begin = "Kafka (" + name_ + "): topic \"" + topic + "\": ";
  complaint.empty() ? Log(begin + "takes records") : Log(begin + complaint, Severity::kError);
}

void KafkaLog::Replaced() {
  Log("Kafka (" + name_ + "): a new producer has taken the place of one that could not go on",
      Severity::kWarning);
}

void KafkaLog::NotReplaced(const std::string& reason) {
  Log("Kafka (" + name_ + "): no new producer: " + reason, Severity::kError);
}

void KafkaLog::Delivered() {
  if (!failing_.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(mutex_);
  if (told_.empty()) return;
  told_.clear();
  failing_ = false;
  Log("Kafka (" + name_ + "): delivering again");
}

}  // namespace keystone::ingestd
