#include "mock_kafka.h"

#include <chrono>
#include <memory>

namespace keystone::ingestd {
namespace {

constexpr int kBroker = 1;
constexpr int16_t kProduceApi = 0;
constexpr std::chrono::seconds kReadTime{20};

using Consumer = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

Consumer NewConsumer(const std::string& bootstrap_servers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[256];
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap_servers.c_str(), error, sizeof error);
  rd_kafka_conf_set(conf, "group.id", "test", error, sizeof error);
  Consumer consumer(rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error), rd_kafka_destroy);
  rd_kafka_poll_set_consumer(consumer.get());
  return consumer;
}

void AssignFromStart(rd_kafka_t* consumer) {
  auto* partitions = rd_kafka_topic_partition_list_new(MockKafka::kPartitions);
  for (int i = 0; i < MockKafka::kPartitions; ++i) {
    rd_kafka_topic_partition_list_add(partitions, MockKafka::kTopic, i)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(consumer, partitions);
  rd_kafka_topic_partition_list_destroy(partitions);
}

Record ToRecord(const rd_kafka_message_t& message) {
  Record record;
  record.partition = message.partition;
  record.offset = message.offset;
  record.key.assign(static_cast<const char*>(message.key), message.key_len);
  record.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_headers(&message, &headers);
  const char* name;
  const void* value;
  size_t size;
  for (size_t i = 0;
       headers != nullptr &&
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers[name].assign(static_cast<const char*>(value), size);
  }
  return record;
}

}  // namespace

MockKafka::MockKafka() {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  char error[256];
  client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  cluster_ = rd_kafka_mock_cluster_new(client_, 1);
  rd_kafka_mock_topic_create(cluster_, kTopic, kPartitions, 1);
}

MockKafka::~MockKafka() {
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(client_);
}

std::string MockKafka::bootstrap_servers() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_);
}

void MockKafka::Down() { rd_kafka_mock_broker_set_down(cluster_, kBroker); }

void MockKafka::Up() { rd_kafka_mock_broker_set_up(cluster_, kBroker); }

void MockKafka::DelayAnswersMs(int ms) { rd_kafka_mock_broker_set_rtt(cluster_, kBroker, ms); }

void MockKafka::RefuseProduce(rd_kafka_resp_err_t error, size_t count) {
  const std::vector<rd_kafka_resp_err_t> errors(count, error);
  rd_kafka_mock_push_request_errors_array(cluster_, kProduceApi, errors.size(), errors.data());
}

void MockKafka::RefuseTopic(rd_kafka_resp_err_t error) {
  rd_kafka_mock_topic_set_error(cluster_, kTopic, error);
}

std::vector<Record> MockKafka::Read(size_t count) const {
  const Consumer consumer = NewConsumer(bootstrap_servers());
  AssignFromStart(consumer.get());
  std::vector<Record> records;
  const auto deadline = std::chrono::steady_clock::now() + kReadTime;
  while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer.get(), 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(ToRecord(*message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(consumer.get());
  return records;
}

}  // namespace keystone::ingestd
