#include "kafka_client.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace keystone::ingestd {
namespace {

constexpr int kPollMs = 100;

// Room for key, headers and the value's prefix beside the payload.
constexpr size_t kRecordOverheadBytes = 64 << 10;

// As much as librdkafka allows: how much may wait is the budget's affair.
constexpr char kQueuedMessages[] = "2147483647";
constexpr char kQueuedKbytes[] = "2147483647";

using Properties = std::vector<std::pair<const char*, std::string>>;

// False, with one line in `error`, if there is no password to be read.
bool AddSecurity(const KafkaSecurity& security, Properties* properties, std::string* error) {
  const Properties texts = {
      {"security.protocol", security.protocol},
      {"ssl.ca.location", security.ca},
      {"ssl.certificate.location", security.cert},
      {"ssl.key.location", security.key},
  };
  for (const auto& [name, value] : texts) {
    if (!value.empty()) properties->emplace_back(name, value);
  }
  if (!security.protocol.starts_with("sasl")) return true;
  std::ifstream file(security.sasl_password_file);
  std::string password;
  if (!std::getline(file, password) || password.empty()) {
    *error = "--kafka-sasl-password-file is \"" + security.sasl_password_file +
             "\": must be a file whose first line is the password";
    return false;
  }
  properties->emplace_back("sasl.mechanism", security.sasl_mechanism);
  properties->emplace_back("sasl.username", security.sasl_username);
  properties->emplace_back("sasl.password", password);
  return true;
}

Properties ClientProperties(const KafkaSettings& settings, size_t max_event_bytes) {
  return {
      {"client.id", "keystone-ingestd"},
      {"bootstrap.servers", settings.bootstrap_servers},
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"partitioner", "murmur2_random"},  // as the Java client partitions
      {"linger.ms", std::to_string(settings.linger_ms)},
      {"message.timeout.ms", std::to_string(settings.delivery_timeout_ms)},
      {"message.max.bytes", std::to_string(max_event_bytes + kRecordOverheadBytes)},
      {"queue.buffering.max.messages", kQueuedMessages},
      {"queue.buffering.max.kbytes", kQueuedKbytes},
      {"socket.nagle.disable", "true"},
      // The default of 10 s would keep a restarted broker waiting for us longer
      // than an event may wait.
      {"reconnect.backoff.max.ms", "1000"},
      {"log.connection.close", "false"},
      // Brokers may ask for telemetry; we have metrics of our own.
      {"enable.metrics.push", "false"},
  };
}

bool HasALeader(const rd_kafka_metadata_topic& topic) {
  return topic.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
         std::any_of(topic.partitions, topic.partitions + topic.partition_cnt,
                     [](const auto& partition) { return partition.leader >= 0; });
}

// librdkafka's own log repeats each failed connection; the listener says it once.
void IgnoreLog(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

std::unique_ptr<KafkaClient> KafkaClient::Start(const KafkaSettings& settings,
                                                size_t max_event_bytes, Listener& listener,
                                                std::string* error) {
  std::unique_ptr<KafkaClient> client(new KafkaClient(listener));
  if (!client->Open(settings, max_event_bytes, error)) return nullptr;
  return client;
}

bool KafkaClient::Open(const KafkaSettings& settings, size_t max_event_bytes, std::string* error) {
  Properties properties = ClientProperties(settings, max_event_bytes);
  if (!AddSecurity(settings.security, &properties, error)) return false;
  char reason[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK) {
      *error = reason;
      rd_kafka_conf_destroy(conf);
      return false;
    }
  }
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_dr_msg_cb(conf, OnReport);
  rd_kafka_conf_set_error_cb(conf, OnError);
  rd_kafka_conf_set_log_cb(conf, IgnoreLog);
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
  if (client_ == nullptr) {
    *error = reason;
    rd_kafka_conf_destroy(conf);
    return false;
  }
  topic_ = rd_kafka_topic_new(client_, settings.topic.c_str(), nullptr);
  if (topic_ == nullptr) {
    *error = rd_kafka_err2str(rd_kafka_last_error());
    return false;
  }
  try {
    poller_ = std::thread([this] { Poll(); });
  } catch (const std::system_error& no_thread) {
    *error = no_thread.what();
    return false;
  }
  return true;
}

KafkaClient::~KafkaClient() {
  if (poller_.joinable()) {
    Purge();
    stopping_ = true;
    poller_.join();
  }
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
  if (client_ != nullptr) rd_kafka_destroy(client_);
}

void KafkaClient::Poll() {
  while (!stopping_ || rd_kafka_outq_len(client_) > 0) rd_kafka_poll(client_, kPollMs);
}

rd_kafka_resp_err_t KafkaClient::Produce(WireRecord record, void* opaque) {
  rd_kafka_vu_t fields[] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u = {.rkt = topic_}},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_FREE}},
      {.vtype = RD_KAFKA_VTYPE_KEY,
       .u = {.mem = {.ptr = record.key.data(), .size = record.key.size()}}},
      {.vtype = RD_KAFKA_VTYPE_VALUE,
       .u = {.mem = {.ptr = record.value.bytes.get(), .size = record.value.size}}},
      {.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {.headers = record.headers.get()}},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u = {.ptr = opaque}},
  };
  if (rd_kafka_error_t* error = rd_kafka_produceva(client_, fields, std::size(fields))) {
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
  }
  // Both are librdkafka's now.
  (void)record.value.bytes.release();
  (void)record.headers.release();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool KafkaClient::Flush(std::chrono::milliseconds timeout) {
  return rd_kafka_flush(client_, static_cast<int>(timeout.count())) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

int KafkaClient::Waiting() const { return rd_kafka_outq_len(client_); }

void KafkaClient::Purge() {
  rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

std::optional<KafkaClient::Answer> KafkaClient::Ask(std::chrono::milliseconds timeout) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto error =
      rd_kafka_metadata(client_, 0, topic_, &metadata, static_cast<int>(timeout.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;  // the listener hears why
  Answer answer{.takes_records = false, .complaint = "no partition has a leader"};
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& topic = metadata->topics[i];
    answer.takes_records = HasALeader(topic);
    if (answer.takes_records) answer.complaint.clear();
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) answer.complaint = rd_kafka_err2str(topic.err);
  }
  rd_kafka_metadata_destroy(metadata);
  return answer;
}

void KafkaClient::OnReport(rd_kafka_t*, const rd_kafka_message_t* report, void* self) {
  static_cast<KafkaClient*>(self)->listener_.OnReport(*report);
}

void KafkaClient::OnError(rd_kafka_t* client, int code, const char* reason, void* self) {
  auto error = static_cast<rd_kafka_resp_err_t>(code);
  const bool is_fatal = error == RD_KAFKA_RESP_ERR__FATAL;
  char fatal_reason[512];
  if (is_fatal) {
    error = rd_kafka_fatal_error(client, fatal_reason, sizeof fatal_reason);
    reason = fatal_reason;
  }
  static_cast<KafkaClient*>(self)->listener_.OnError(error, reason, is_fatal);
}

}  // namespace keystone::ingestd
