// What the check of an event costs, beside simdjson reading the same payloads and
// nothing else.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>

#include "bench.h"
#include "event_check.h"

namespace keystone::bench {
namespace {

// The two are measured by turns of so many events, so that what the machine does
// meets both alike.
constexpr int64_t kTurn = 2'000;

// CPU time of a turn, in seconds.
template <typename Work>
double Turn(size_t payloads, const Work& work) {
  const double began_s = CpuSeconds();
  for (int64_t i = 0; i < kTurn; ++i) {
    if (!work(static_cast<size_t>(i) % payloads)) std::abort();
  }
  return CpuSeconds() - began_s;
}

void Main(const char* path, int64_t count) {
  const auto payloads = ReadPayloads(path);
  std::vector<ingest::v1::EventRequest> events(payloads.size());
  for (size_t i = 0; i < payloads.size(); ++i) events[i].set_payload_json(payloads[i]);
  const ingestd::EventRules rules;
  simdjson::dom::parser parser;
  const auto parse = [&](size_t i) {
    return parser.parse(payloads[i]).error() == simdjson::SUCCESS;
  };
  const auto check = [&](size_t i) {
    ingestd::CheckedEvent checked;
    return !ingestd::CheckEvent(events[i], rules, &checked);
  };
  const int64_t turns = count / kTurn;
  double alone_s = 0, checked_s = 0;
  for (int64_t turn = -turns / 10; turn < turns; ++turn) {  // a tenth to warm up
    if (turn == 0) alone_s = checked_s = 0;
    alone_s += Turn(payloads.size(), parse);
    checked_s += Turn(payloads.size(), check);
  }
  const double to_ns = 1e9 / static_cast<double>(turns * kTurn);
  std::printf("{\"simdjson_ns\": %.1f, \"check_ns\": %.1f}\n", alone_s * to_ns, checked_s * to_ns);
}

}  // namespace
}  // namespace keystone::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "Usage: %s PAYLOADS COUNT\n", argv[0]);
    return 2;
  }
  keystone::bench::Main(argv[1], std::atol(argv[2]));
}
