// What the check of an event costs, beside simdjson reading the same payloads and
// nothing else.
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "bench.h"
#include "event_check.h"

namespace keystone::bench {
namespace {

// CPU time an event, in nanoseconds, over `count` of them.
double PerEvent(const std::vector<std::string>& payloads, int64_t count,
                const std::function<bool(size_t)>& work) {
  const double began_s = CpuSeconds();
  for (int64_t i = 0; i < count; ++i) {
    if (!work(static_cast<size_t>(i) % payloads.size())) std::abort();
  }
  return (CpuSeconds() - began_s) / static_cast<double>(count) * 1e9;
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
  PerEvent(payloads, count / 10, parse);
  PerEvent(payloads, count / 10, check);
  const double alone_ns = PerEvent(payloads, count, parse);
  const double checked_ns = PerEvent(payloads, count, check);
  std::printf("{\"simdjson_ns\": %.1f, \"check_ns\": %.1f}\n", alone_ns, checked_ns);
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
