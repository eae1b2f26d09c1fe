// librdkafka alone: the records that the server would make, with the same key,
// headers, checksum and producer settings, and no gRPC in front.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <semaphore>

#include "bench.h"
#include "clock.h"
#include "crc32c.h"
#include "kafka_client.h"
#include "schema_version_id.h"
#include "wire_record.h"

namespace keystone::bench {
namespace {

using ingestd::KafkaClient;

constexpr int kMostInFlight = 10'000;
constexpr std::chrono::seconds kFlush{60};

[[noreturn]] void Fail(const std::string& reason) {
  std::fprintf(stderr, "librdkafka alone: %s\n", reason.c_str());
  std::exit(1);
}

class Reports final : public KafkaClient::Listener {
 public:
  void OnReport(const rd_kafka_message_t& report) override {
    if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered;
    room.release();
  }
  void OnError(rd_kafka_resp_err_t, const char* reason, bool) override {
    std::fprintf(stderr, "librdkafka alone: %s\n", reason);
  }

  std::atomic<int64_t> delivered = 0;
  std::counting_semaphore<kMostInFlight> room{kMostInFlight};
};

// As long as an order's id.
std::string KeyOf(int64_t seq) {
  std::string key(32, '0');
  const std::string digits = std::to_string(seq);
  return key.replace(key.size() - digits.size(), digits.size(), digits);
}

void Produce(KafkaClient& client, Reports& reports, const std::vector<std::string>& payloads,
             int64_t count) {
  const Clock clock;
  const ingestd::SchemaVersionId version{};
  for (int64_t seq = 0; seq < count; ++seq) {
    const std::string& payload = payloads[static_cast<size_t>(seq) % payloads.size()];
    reports.room.acquire();
    ingestd::RecordHeaders headers = ingestd::MakeHeaders({.producer = "bench",
                                                           .seq = static_cast<uint64_t>(seq),
                                                           .intended_ns = clock.NowNs(),
                                                           .received_ns = clock.NowNs(),
                                                           .crc32c = Crc32c(payload),
                                                           .traceparent = {}});
    const auto error = client.Produce(
        {0, KeyOf(seq), ingestd::MakeValue(version, payload), std::move(headers)}, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(rd_kafka_err2str(error));
  }
}

int Main(const char* bootstrap_servers, const char* topic, const char* path, int64_t count) {
  const auto payloads = ReadPayloads(path);
  ingestd::KafkaSettings settings;
  settings.bootstrap_servers = bootstrap_servers;
  settings.topic = topic;
  Reports reports;
  std::string error;
  const auto client = KafkaClient::Start(settings, 1 << 20, reports, &error);
  if (!client) Fail(error);
  const auto answer = client->Ask(std::chrono::seconds(10));
  if (!answer || !answer->takes_records) Fail("Kafka takes no records for the topic");
  const double cpu_s = CpuSeconds(), wall_s = WallSeconds();
  Produce(*client, reports, payloads, count);
  if (!client->Flush(kFlush)) Fail("Kafka did not confirm all records in time");
  std::printf("{\"delivered\": %ld, \"cpu_s\": %.6f, \"wall_s\": %.6f}\n",
              static_cast<long>(reports.delivered), CpuSeconds() - cpu_s, WallSeconds() - wall_s);
  return 0;
}

}  // namespace
}  // namespace keystone::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "Usage: %s BOOTSTRAP_SERVERS TOPIC PAYLOADS COUNT\n", argv[0]);
    return 2;
  }
  return keystone::bench::Main(argv[1], argv[2], argv[3], std::atol(argv[4]));
}
