#include "kafka_producer.h"

#include <gtest/gtest.h>

#include <future>

#include "mock_kafka.h"

namespace keystone::ingestd {
namespace {

// One record's end.
class Told final : public DeliverySink {
 public:
  void OnDelivery(EventResult result) override { result_.set_value(std::move(result)); }
  EventResult Await() { return result_.get_future().get(); }

 private:
  std::promise<EventResult> result_;
};

class KafkaProducerTest : public testing::Test {
 protected:
  void Start() {
    settings.bootstrap_servers = kafka.bootstrap_servers();
    settings.topic = MockKafka::kTopic;
    std::string error;
    producer = KafkaProducer::Start(
        "test", settings, 1000, budget,
        [this](bool is_healthy) {
          std::lock_guard lock(mutex);
          healths.push_back(is_healthy);
          changed.notify_all();
        },
        &error);
    ASSERT_TRUE(producer) << error;
  }

  std::optional<EventResult> Produce(DeliverySink* sink) {
    RecordValue value = MakeValue({}, "{}");
    EXPECT_TRUE(producer->Reserve(value.size));
    return producer->Produce("key", std::move(value), MakeHeaders({}), sink);
  }

  void AwaitHealths(const std::vector<bool>& wanted) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(
        changed.wait_for(lock, std::chrono::seconds(30), [&] { return healths == wanted; }));
  }

  MockKafka kafka;
  KafkaSettings settings;
  InFlightBudget budget{100, 100'000};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<bool> healths;
  std::unique_ptr<KafkaProducer> producer;
};

TEST_F(KafkaProducerTest, GivesRoomBackWithTheReport) {
  Start();
  Told told;
  ASSERT_FALSE(Produce(&told));
  EXPECT_EQ(told.Await().outcome, ingest::v1::OUTCOME_OK);
  producer.reset();
  EXPECT_EQ(budget.events(), 0u);
  EXPECT_EQ(budget.bytes(), 0u);
}

TEST_F(KafkaProducerTest, IsHealthyOnceKafkaAnswersAndNotWhenItHasFailedForGood) {
  Start();
  AwaitHealths({true});
  producer->RaiseFatalError();
  AwaitHealths({true, false, true});
}

TEST_F(KafkaProducerTest, ReportsWhatAFailedClientStillHadAndTakesMore) {
  Start();
  AwaitHealths({true});
  kafka.Down();
  Told never_left;
  ASSERT_FALSE(Produce(&never_left));
  producer->RaiseFatalError();
  EXPECT_EQ(never_left.Await().outcome, ingest::v1::OUTCOME_FAILED);
  kafka.Up();
  Told told;
  while (Produce(&told)) {
  }
  EXPECT_EQ(told.Await().outcome, ingest::v1::OUTCOME_OK);
  producer.reset();
  EXPECT_EQ(budget.events(), 0u);
  EXPECT_EQ(kafka.Read(1).size(), 1u);
}

TEST_F(KafkaProducerTest, IsReplacedWhileManyProduce) {
  Start();
  AwaitHealths({true});
  std::atomic<bool> stop{false};
  std::vector<std::future<int>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(std::async(std::launch::async, [&] {
      int told_of = 0;
      while (!stop) {
        Told told;
        if (Produce(&told)) continue;
        told.Await();
        ++told_of;
      }
      return told_of;
    }));
  }
  for (int i = 0; i < 5; ++i) {
    producer->RaiseFatalError();
    AwaitHealths([&] {
      std::vector<bool> wanted{true};
      for (int j = 0; j <= i; ++j) wanted.insert(wanted.end(), {false, true});
      return wanted;
    }());
  }
  stop = true;
  for (auto& thread : threads) EXPECT_GT(thread.get(), 0);
  producer.reset();
  EXPECT_EQ(budget.events(), 0u);
}

}  // namespace
}  // namespace keystone::ingestd
