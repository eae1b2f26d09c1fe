#include "send_batch.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

class SendBatchTest : public IngestTest {
 protected:
  void SetUp() override { StartServer(); }

  grpc::Status SendBatch() { return stub->SendBatch(context.get(), batch, &response); }

  const std::unique_ptr<grpc::ClientContext> context = NewContext();
  ingest::v1::BatchRequest batch;
  ingest::v1::BatchResponse response;
};

TEST_F(SendBatchTest, AcknowledgesEachEventInTheOrderOfTheRequest) {
  for (uint64_t seq = 100; seq > 0; --seq) *batch.add_events() = Event(seq);
  ASSERT_TRUE(SendBatch().ok());
  ASSERT_EQ(response.acks_size(), 100);
  std::set<std::pair<int32_t, int64_t>> places;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(response.acks(i).seq(), 100u - i);
    EXPECT_EQ(response.acks(i).outcome(), OUTCOME_OK);
    EXPECT_EQ(response.acks(i).code(), 0);
    places.emplace(response.acks(i).partition(), response.acks(i).offset());
  }
  EXPECT_EQ(places.size(), 100u);
  EXPECT_EQ(kafka.Read(100).size(), 100u);
}

TEST_F(SendBatchTest, RefusesABadEventAndTakesItsNeighbours) {
  *batch.add_events() = Event(1);
  *batch.add_events() = BadEvent(2);
  *batch.add_events() = Event(3);
  ASSERT_TRUE(SendBatch().ok());
  ASSERT_EQ(response.acks_size(), 3);
  EXPECT_EQ(response.acks(0).outcome(), OUTCOME_OK);
  EXPECT_EQ(response.acks(1).outcome(), OUTCOME_FAILED);
  EXPECT_EQ(response.acks(1).code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(response.acks(1).seq(), 2u);
  EXPECT_EQ(response.acks(2).outcome(), OUTCOME_OK);
}

TEST_F(SendBatchTest, IsOkEvenIfEveryEventFailed) {
  *batch.add_events() = BadEvent(1);
  ASSERT_TRUE(SendBatch().ok());
  EXPECT_EQ(response.acks(0).outcome(), OUTCOME_FAILED);
}

TEST_F(SendBatchTest, MayBeEmpty) {
  ASSERT_TRUE(SendBatch().ok());
  EXPECT_EQ(response.acks_size(), 0);
}

TEST_F(SendBatchTest, OfTooManyEventsIsRefusedAsAWhole) {
  for (size_t i = 0; i < kMostBatchEvents; ++i) batch.add_events();
  ASSERT_TRUE(SendBatch().ok());
  EXPECT_EQ(response.acks_size(), static_cast<int>(kMostBatchEvents));
  batch.add_events();
  const auto again = NewContext();
  const grpc::Status status = stub->SendBatch(again.get(), batch, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "the batch has 10001 events: allowed are up to 10000");
  EXPECT_EQ(Trailer(*again, "keystone-outcome"), "failed");
}

// One event of each waits for Kafka, and so the acks of the others wait, too.
TEST_F(SendBatchTest, IsRefusedAsAWholeWhileThereIsNoRoomForItsAcks) {
  kafka.Down();
  *batch.add_events() = Event(1);
  for (size_t i = 1; i < kMostBatchEvents; ++i) batch.add_events();
  constexpr size_t kFit = (64 << 20) / (kMostBatchEvents * kBatchAckBytes);
  std::vector<std::future<std::string>> calls;
  for (size_t i = 0; i <= kFit; ++i) {
    calls.push_back(std::async(std::launch::async, [this] {
      const auto own = NewContext();
      ingest::v1::BatchResponse acks;
      const grpc::Status status = stub->SendBatch(own.get(), batch, &acks);
      return status.ok() ? "" : Trailer(*own, "keystone-outcome");
    }));
  }
  const auto has_ended = [](const auto& call) {
    return call.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
  };
  auto refused = calls.end();
  while (refused == calls.end()) refused = std::find_if(calls.begin(), calls.end(), has_ended);
  EXPECT_EQ(refused->get(), "failed");
  calls.erase(refused);
  kafka.Up();
  for (auto& call : calls) EXPECT_EQ(call.get(), "");
  EXPECT_TRUE(SendBatch().ok());
}

TEST_F(SendBatchTest, ThatCannotBeReadIsRefusedAsAWhole) {
  *batch.add_events() = Event(1);
  batch.add_events()->set_payload_json("\xff");
  const grpc::Status status = SendBatch();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "failed");
}

}  // namespace
}  // namespace keystone::ingestd
