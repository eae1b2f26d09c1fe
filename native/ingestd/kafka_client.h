#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "wire_record.h"

namespace keystone::ingestd {

// How brokers are spoken to, in librdkafka's words; files are PEM.
struct KafkaSecurity {
  std::string protocol = "plaintext";
  std::string ca;
  std::string cert;
  std::string key;
  std::string sasl_mechanism = "SCRAM-SHA-256";
  std::string sasl_username;
  std::string sasl_password_file;  // read for each client, so a new one has what it says then
};

struct KafkaSettings {
  std::string bootstrap_servers;
  std::string topic = "olist-enterprise-events";
  int linger_ms = 5;
  int delivery_timeout_ms = 10'000;
  KafkaSecurity security;
};

// One idempotent librdkafka producer (acks=all) for one topic, and the thread
// that polls it. Any thread may call any method.
class KafkaClient {
 public:
  // What the client has to tell, on its own thread. Must not block.
  class Listener {
   public:
    virtual void OnReport(const rd_kafka_message_t& report) = 0;
    // `is_fatal`: this client will never send again.
    virtual void OnError(rd_kafka_resp_err_t error, const char* reason, bool is_fatal) = 0;

   protected:
    ~Listener() = default;
  };

  // Null, with one line in `error`, if librdkafka refuses the settings. The
  // brokers are not asked. No payload is larger than `max_event_bytes`.
  static std::unique_ptr<KafkaClient> Start(const KafkaSettings& settings, size_t max_event_bytes,
                                            Listener& listener, std::string* error);

  // Purges what is still there, and returns when all of it is reported.
  ~KafkaClient();

  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  // Queues a record whose report carries `opaque`; any error but NO_ERROR: not
  // queued, and there will be no report.
  rd_kafka_resp_err_t Produce(WireRecord record, void* opaque);

  // Sends what is queued, lingering no more, and waits for the reports. False
  // if some are still missing after `timeout`.
  bool Flush(std::chrono::milliseconds timeout);

  // Records that are queued or sent, and not reported.
  int Waiting() const;

  // Gives up on every record queued before: its report follows soon.
  void Purge();

  // What Kafka says of the topic: whether it takes records for a partition of it at
  // least, and else what is wrong. Nothing, if it says nothing within `timeout`.
  struct Answer {
    bool takes_records = false;
    std::string complaint;
  };
  std::optional<Answer> Ask(std::chrono::milliseconds timeout);

 private:
  explicit KafkaClient(Listener& listener) : listener_(listener) {}

  bool Open(const KafkaSettings& settings, size_t max_event_bytes, std::string* error);
  void Poll();

  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* report, void* self);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* self);

  Listener& listener_;
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::thread poller_;
};

}  // namespace keystone::ingestd
