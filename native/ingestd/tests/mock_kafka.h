#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>
#include <string>
#include <vector>

namespace keystone::ingestd {

struct Record {
  int32_t partition = 0;
  int64_t offset = 0;
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

// librdkafka's mock cluster: one broker on a port of its own, spoken to over
// TCP by real clients, that can be told to misbehave. Its log lives in memory.
class MockKafka {
 public:
  static constexpr char kTopic[] = "orders";
  static constexpr int kPartitions = 3;

  MockKafka();
  ~MockKafka();

  std::string bootstrap_servers() const;

  // Closes every connection and takes no new one.
  void Down();
  void Up();

  // Each answer takes this long, though what was asked is done at once.
  void DelayAnswersMs(int ms);

  // The next Produce requests are refused with this error.
  void RefuseProduce(rd_kafka_resp_err_t error, size_t count);

  // Whoever asks for the topic is told this error.
  void RefuseTopic(rd_kafka_resp_err_t error);

  // The first `count` records of the topic, in order within each partition;
  // fewer if that many do not turn up in time.
  std::vector<Record> Read(size_t count) const;

 private:
  rd_kafka_t* client_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace keystone::ingestd
