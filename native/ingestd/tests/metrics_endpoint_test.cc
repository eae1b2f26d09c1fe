#include "metrics_endpoint.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keystone::ingestd {
namespace {

// What HTTP GET says at /metrics of 127.0.0.1:PORT.
std::string Scrape(const std::string& address) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &peer.sin_addr);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&peer), sizeof peer), 0);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(write(connection, request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  char part[4096];
  for (ssize_t n; (n = read(connection, part, sizeof part)) > 0;) {
    answer.append(part, static_cast<size_t>(n));
  }
  close(connection);
  return answer;
}

class MetricsEndpointTest : public testing::Test {
 protected:
  void Open() {
    std::string error;
    endpoint = MetricsEndpoint::Open(
        "127.0.0.1:0",
        {.calls = {{{"unary", &unary}, {"batch", &batch}, {"stream", &stream}}},
         .budget = &budget,
         .open_streams = [] { return size_t{3}; },
         .is_serving = [] { return true; },
         .queues = {{{"unary", [] { return 4; }}, {"bulk", [] { return 5; }}}}},
        &error);
    ASSERT_TRUE(endpoint) << error;
  }

  bool Says(const std::string& line) {
    return Scrape(endpoint->address()).find("\n" + line + "\n") != std::string::npos;
  }

  CallMetrics unary, batch, stream;
  InFlightBudget budget{100, 1000};
  std::unique_ptr<MetricsEndpoint> endpoint;
};

TEST_F(MetricsEndpointTest, CountsEventsByCallReasonAndOutcome) {
  Open();
  unary.Accepted(100, 3'000);
  unary.Accepted(50, 3'000);
  batch.Refused(Refusal::kNoRoom);
  stream.Reported(ingest::v1::OUTCOME_OK, 5);
  stream.Reported(ingest::v1::OUTCOME_UNKNOWN, 5);
  EXPECT_TRUE(Says("keystone_ingest_events_accepted_total{call=\"unary\"} 2"));
  EXPECT_TRUE(Says("keystone_ingest_events_accepted_total{call=\"batch\"} 0"));
  EXPECT_TRUE(Says("keystone_ingest_accepted_bytes_total{call=\"unary\"} 150"));
  EXPECT_TRUE(Says("keystone_ingest_events_refused_total{call=\"batch\",reason=\"no-room\"} 1"));
  EXPECT_TRUE(Says("keystone_ingest_events_reported_total{call=\"stream\",outcome=\"ok\"} 1"));
  EXPECT_TRUE(Says("keystone_ingest_events_reported_total{call=\"stream\",outcome=\"unknown\"} 1"));
}

TEST_F(MetricsEndpointTest, ShowsHowLongThingsTake) {
  Open();
  unary.Accepted(1, 3'000);
  unary.Accepted(1, 40'000'000'000);
  EXPECT_TRUE(Says("keystone_ingest_inside_seconds_bucket{call=\"unary\",le=\"2e-06\"} 0"));
  EXPECT_TRUE(Says("keystone_ingest_inside_seconds_bucket{call=\"unary\",le=\"5e-06\"} 1"));
  EXPECT_TRUE(Says("keystone_ingest_inside_seconds_bucket{call=\"unary\",le=\"30\"} 1"));
  EXPECT_TRUE(Says("keystone_ingest_inside_seconds_bucket{call=\"unary\",le=\"+Inf\"} 2"));
  EXPECT_TRUE(Says("keystone_ingest_inside_seconds_count{call=\"unary\"} 2"));
}

TEST_F(MetricsEndpointTest, ShowsWhatWaits) {
  Open();
  budget.TryTake(600);
  EXPECT_TRUE(Says("keystone_ingest_in_flight_events 1"));
  EXPECT_TRUE(Says("keystone_ingest_in_flight_bytes 600"));
  EXPECT_TRUE(Says("keystone_ingest_open_streams 3"));
  EXPECT_TRUE(Says("keystone_ingest_kafka_queue{producer=\"bulk\"} 5"));
  EXPECT_TRUE(Says("keystone_ingest_serving 1"));
}

TEST_F(MetricsEndpointTest, RefusesAnAddressThatIsTaken) {
  Open();
  std::string error;
  EXPECT_FALSE(MetricsEndpoint::Open(endpoint->address(), {}, &error));
  EXPECT_EQ(error, "cannot serve metrics on " + endpoint->address() +
                       ": Address already in use; choose another with --metrics-listen");
}

}  // namespace
}  // namespace keystone::ingestd
