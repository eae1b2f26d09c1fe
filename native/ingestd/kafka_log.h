#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>

namespace keystone::ingestd {

// Turns librdkafka's stream of errors into few lines: each kind of error once,
// until deliveries work again, which is a line too. A dead broker is then two
// lines, not one for every attempt to connect.
//
// Any thread may call; Delivered is cheap while all is well.
class KafkaLog {
 public:
  explicit KafkaLog(std::string name) : name_(std::move(name)) {}

  void Failed(rd_kafka_resp_err_t error, const char* reason);
  void Delivered();

  // What Kafka says of the topic, each time that it answers; empty: nothing is wrong.
  // One line for each complaint, and one when there is none any more. The keeper of
  // the producer alone may call.
  void Topic(const std::string& topic, const std::string& complaint);

  // A client that could not go on has been replaced, or could not be.
  void Replaced();
  void NotReplaced(const std::string& reason);

 private:
  const std::string name_;
  std::atomic<bool> failing_{false};
  std::mutex mutex_;
  std::set<rd_kafka_resp_err_t> told_;  // guarded by mutex_
  std::string complaint_;               // the last
};

}  // namespace keystone::ingestd
