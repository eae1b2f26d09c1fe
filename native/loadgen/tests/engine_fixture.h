#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fake_ingest.h"
#include "load_engine.h"

namespace keystone::loadgen {

constexpr int64_t kMs = 1'000'000;
constexpr double kLong = 30;

// Events of a few bytes, due so many milliseconds apart.
inline std::pair<EventBlock, std::vector<int64_t>> Events(int count, int64_t gap_ns) {
  EventBlock block;
  std::vector<int64_t> due_ns;
  for (int i = 0; i < count; ++i) {
    block.Append("{\"order_id\":\"" + std::to_string(i) + "\"}", i, false);
    due_ns.push_back(i * gap_ns);
  }
  return {std::move(block), std::move(due_ns)};
}

// What became of the events of a run that is over, of each of them.
inline std::vector<EventRow> Rows(LoadEngine& engine) {
  std::vector<EventRow> rows;
  for (auto some = engine.log().TakeSettled(); !some.empty(); some = engine.log().TakeSettled()) {
    rows.insert(rows.end(), some.begin(), some.end());
  }
  EXPECT_GT(rows.size(), 0u);
  EXPECT_EQ(static_cast<int64_t>(rows.size()), engine.log().TakeProgress().planned);
  return rows;
}

// An engine that sends in one of its ways.
class EngineTest : public testing::TestWithParam<CallKind> {
 protected:
  EngineSettings Settings(const std::string& address) {
    EngineSettings settings;
    settings.address = address;
    settings.producer = "p";
    settings.call = GetParam();
    settings.max_open = 1000;
    settings.connect_timeout_s = 5;
    settings.ack_timeout_s = 5;
    return settings;
  }

  static void Push(LoadEngine& engine, int count, int64_t gap_ns) {
    auto [block, due_ns] = Events(count, gap_ns);
    ASSERT_TRUE(engine.Push(std::move(block), std::move(due_ns)));
  }

  // Sends so many events, a millisecond apart, to a server that is killed after
  // the first 300; 400 ms later another answers at its port. Which arrived.
  static std::set<uint64_t> SendOverAnOutage(LoadEngine& engine, FakeIngest& first, int count) {
    EXPECT_TRUE(engine.Connect());
    Push(engine, count, kMs);
    engine.End();
    while (first.Received().size() < 300) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    first.Kill();
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    FakeIngest second([](uint64_t) { return ingest::v1::OUTCOME_OK; }, first.port());
    EXPECT_TRUE(engine.AwaitEnd(kLong));
    std::set<uint64_t> arrived;
    for (const auto& received : {first.Received(), second.Received()}) {
      arrived.insert(received.begin(), received.end());
    }
    return arrived;
  }
};

inline std::string NameOf(const testing::TestParamInfo<CallKind>& info) {
  if (info.param == CallKind::kStream) return "Stream";
  return info.param == CallKind::kUnary ? "Unary" : "Batch";
}

inline auto EachCall() {
  return testing::Values(CallKind::kStream, CallKind::kUnary, CallKind::kBatch);
}

}  // namespace keystone::loadgen
