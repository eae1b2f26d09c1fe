#include "kafka_log.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

TEST(KafkaLog, SaysEachErrorOnceUntilDeliveriesWorkAgain) {
  KafkaLog log("unary");
  testing::internal::CaptureStderr();
  for (int i = 0; i < 1000; ++i) {
    log.Failed(RD_KAFKA_RESP_ERR__TRANSPORT, "refused");
    log.Failed(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 down");
  }
  log.Delivered();
  log.Delivered();
  log.Failed(RD_KAFKA_RESP_ERR__TRANSPORT, "refused again");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "keystone-ingestd: Kafka (unary): Local: Broker transport failure: refused\n"
            "keystone-ingestd: Kafka (unary): Local: All broker connections are down: 1/1 down\n"
            "keystone-ingestd: Kafka (unary): delivering again\n"
            "keystone-ingestd: Kafka (unary): Local: Broker transport failure: refused again\n");
}

TEST(KafkaLog, SaysEachComplaintOfATopicOnceAndWhenThereIsNoneAnyMore) {
  KafkaLog log("bulk");
  testing::internal::CaptureStderr();
  for (const char* complaint : {"", "unknown", "unknown", "no leader", "", ""}) {
    log.Topic("orders", complaint);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "keystone-ingestd: Kafka (bulk): topic \"orders\": unknown\n"
            "keystone-ingestd: Kafka (bulk): topic \"orders\": no leader\n"
            "keystone-ingestd: Kafka (bulk): topic \"orders\": takes records\n");
}

}  // namespace
}  // namespace keystone::ingestd
