#include "kafka_producer.h"

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <thread>

#include "mock_kafka.h"

namespace keystone::ingestd {
namespace {

CallMetrics metrics;  // of all tests

// One record's end.
class Told final : public DeliverySink {
 public:
  Told() : DeliverySink(metrics) {}
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
        "test", settings, 1000, budget, clock,
        [this](bool is_healthy) {
          std::lock_guard lock(mutex);
          healths.push_back(is_healthy);
          changed.notify_all();
        },
        &error);
    ASSERT_TRUE(producer) << error;
  }

  std::optional<EventResult> Produce(DeliverySink* sink) {
    return producer->Produce({0, "key", MakeValue({}, "{}"), MakeHeaders({})}, sink);
  }

  // Has the client fail for good, by the next record that it sends.
  void FailForGood() {
    kafka.RefuseProduce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
    Told told;
    while (Produce(&told)) std::this_thread::yield();
    told.Await();
  }

  void AwaitHealths(const std::vector<bool>& wanted) {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(
        changed.wait_for(lock, std::chrono::seconds(30), [&] { return healths == wanted; }));
  }

  MockKafka kafka;
  KafkaSettings settings;
  Clock clock;
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

TEST_F(KafkaProducerTest, TellsWhoWaitsOfTheRoomOfARecordThatWasNotQueued) {
  struct Waiter final : RoomWaiter {
    void OnRoom() override { is_told = true; }
    bool is_told = false;
  };
  Start();
  while (budget.TryTake(0)) {
  }
  const auto waiter = std::make_shared<Waiter>();
  ASSERT_FALSE(budget.TakeOrWait(0, waiter));
  for (int i = 0; i < 14; ++i) budget.GiveBack(0);  // an eighth, and the record's
  Told told;
  WireRecord too_large{0, "key", MakeValue({}, std::string(70'000, 'x')), MakeHeaders({})};
  const Produced produced = producer->ProduceOrWait(&too_large, &told, {});
  EXPECT_TRUE(std::holds_alternative<EventResult>(produced));
  EXPECT_TRUE(waiter->is_told);
}

TEST_F(KafkaProducerTest, IsHealthyOnceKafkaAnswersAndNotWhenItHasFailedForGood) {
  Start();
  AwaitHealths({true});
  FailForGood();
  AwaitHealths({true, false, true});
}

TEST_F(KafkaProducerTest, ReportsWhatAFailedClientStillHadAndTakesMore) {
  Start();
  AwaitHealths({true});
  kafka.RefuseProduce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
  std::array<Told, 50> had;
  for (Told& told : had) ASSERT_FALSE(Produce(&told));
  int delivered = 0;
  for (Told& told : had) delivered += told.Await().outcome == ingest::v1::OUTCOME_OK;
  Told told;
  while (Produce(&told)) std::this_thread::yield();
  EXPECT_EQ(told.Await().outcome, ingest::v1::OUTCOME_OK);
  producer.reset();
  EXPECT_EQ(budget.events(), 0u);
  EXPECT_EQ(kafka.Read(static_cast<size_t>(delivered) + 1).size(),
            static_cast<size_t>(delivered) + 1);
}

TEST_F(KafkaProducerTest, IsNotHealthyWhereKafkaDoesNotHaveTheTopic) {
  kafka.RefuseTopic(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Start();
  std::unique_lock lock(mutex);
  EXPECT_FALSE(changed.wait_for(lock, std::chrono::seconds(2), [&] { return !healths.empty(); }));
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
  for (int i = 0; i < 2; ++i) {
    FailForGood();
    AwaitHealths(i == 0 ? std::vector{true, false, true}
                        : std::vector{true, false, true, false, true});
  }
  stop = true;
  for (auto& thread : threads) EXPECT_GT(thread.get(), 0);
  producer.reset();
  EXPECT_EQ(budget.events(), 0u);
}

}  // namespace
}  // namespace keystone::ingestd
