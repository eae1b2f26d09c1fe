#include "metrics_endpoint.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
#include <utility>
#include <vector>

#include "listen_address.h"

namespace keystone::ingestd {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;

constexpr std::array<const char*, CallMetrics::kRefusals> kReasons = {
    "none",         "invalid", "malformed",  "unauthenticated",
    "rate-limited", "no-room", "not-queued", "shutting-down",
};

constexpr std::array<std::pair<ingest::v1::Outcome, const char*>, 3> kOutcomes = {{
    {ingest::v1::OUTCOME_OK, "ok"},
    {ingest::v1::OUTCOME_FAILED, "failed"},
    {ingest::v1::OUTCOME_UNKNOWN, "unknown"},
}};

MetricFamily Family(const char* name, const char* help, MetricType type) {
  return {.name = name, .help = help, .type = type, .metric = {}};
}

ClientMetric Counter(Labels labels, uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  return metric;
}

ClientMetric Gauge(Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

ClientMetric Histogram(Labels labels, const LatencyHistogram& histogram) {
  ClientMetric metric;
  metric.label = std::move(labels);
  uint64_t count = 0;
  for (size_t i = 0; i < LatencyHistogram::kBoundsNs.size(); ++i) {
    count += histogram.count(i);
    metric.histogram.bucket.push_back(
        {count, static_cast<double>(LatencyHistogram::kBoundsNs[i]) / kNsPerSecond});
  }
  // The last bucket, +Inf, is written by the library from the count.
  metric.histogram.sample_count = count + histogram.count(LatencyHistogram::kBoundsNs.size());
  metric.histogram.sample_sum = static_cast<double>(histogram.sum_ns()) / kNsPerSecond;
  return metric;
}

class Collector final : public prometheus::Collectable {
 public:
  explicit Collector(Observed observed) : observed_(std::move(observed)) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> families = Events();
    for (MetricFamily& family : Latencies()) families.push_back(std::move(family));
    for (MetricFamily& family : State()) families.push_back(std::move(family));
    return families;
  }

 private:
  std::vector<MetricFamily> Events() const {
    auto accepted = Family("keystone_ingest_events_accepted_total", "Events handed to librdkafka.",
                           MetricType::Counter);
    auto bytes = Family("keystone_ingest_accepted_bytes_total", "Payloads of accepted events.",
                        MetricType::Counter);
    auto refused =
        Family("keystone_ingest_events_refused_total",
               "Events, and calls as a whole, that never went to Kafka.", MetricType::Counter);
    auto reported = Family("keystone_ingest_events_reported_total",
                           "Accepted events by Kafka's word on them; ok ones are acknowledged.",
                           MetricType::Counter);
    for (const auto& [call, metrics] : observed_.calls) {
      accepted.metric.push_back(Counter({{"call", call}}, metrics->accepted()));
      bytes.metric.push_back(Counter({{"call", call}}, metrics->bytes()));
      for (size_t i = 1; i < kReasons.size(); ++i) {
        refused.metric.push_back(Counter({{"call", call}, {"reason", kReasons[i]}},
                                         metrics->refused(static_cast<Refusal>(i))));
      }
      for (const auto& [outcome, name] : kOutcomes) {
        reported.metric.push_back(
            Counter({{"call", call}, {"outcome", name}}, metrics->reported(outcome)));
      }
    }
    return {accepted, bytes, refused, reported};
  }

  std::vector<MetricFamily> Latencies() const {
    auto inside =
        Family("keystone_ingest_inside_seconds",
               "From a request parsed to its event handed to librdkafka.", MetricType::Histogram);
    auto delivery =
        Family("keystone_ingest_delivery_seconds",
               "From an event received to Kafka's confirmation.", MetricType::Histogram);
    for (const auto& [call, metrics] : observed_.calls) {
      inside.metric.push_back(Histogram({{"call", call}}, metrics->inside()));
      delivery.metric.push_back(Histogram({{"call", call}}, metrics->delivery()));
    }
    return {inside, delivery};
  }

  std::vector<MetricFamily> State() const {
    auto events = Family("keystone_ingest_in_flight_events", "Events that wait for Kafka's word.",
                         MetricType::Gauge);
    events.metric = {Gauge({}, static_cast<double>(observed_.budget->events()))};
    auto bytes = Family("keystone_ingest_in_flight_bytes",
                        "What they count as of --max-in-flight-bytes.", MetricType::Gauge);
    bytes.metric = {Gauge({}, static_cast<double>(observed_.budget->bytes()))};
    auto queues =
        Family("keystone_ingest_kafka_queue",
               "Records that librdkafka has and Kafka has not confirmed.", MetricType::Gauge);
    for (const auto& [producer, length] : observed_.queues) {
      queues.metric.push_back(Gauge({{"producer", producer}}, length()));
    }
    auto streams = Family("keystone_ingest_open_streams", "StreamEvents calls.", MetricType::Gauge);
    streams.metric = {Gauge({}, static_cast<double>(observed_.open_streams()))};
    auto serving = Family("keystone_ingest_serving", "1 while health says SERVING, else 0.",
                          MetricType::Gauge);
    serving.metric = {Gauge({}, observed_.is_serving() ? 1 : 0)};
    return {events, bytes, queues, streams, serving};
  }

  const Observed observed_;
};

}  // namespace

MetricsEndpoint::MetricsEndpoint() = default;
MetricsEndpoint::~MetricsEndpoint() = default;

std::unique_ptr<MetricsEndpoint> MetricsEndpoint::Open(const std::string& address,
                                                       Observed observed, std::string* error) {
  const auto parsed = ParseListenAddress(address);
  const std::string reason = parsed ? WhyNotListen(*parsed) : "not of the form HOST:PORT";
  if (!reason.empty()) {
    *error = "cannot serve metrics on " + address + ": " + reason +
             "; choose another with --metrics-listen";
    return nullptr;
  }
  std::unique_ptr<MetricsEndpoint> endpoint(new MetricsEndpoint());
  try {
    // One thread beside the acceptor: a scraper asks now and then.
    endpoint->exposer_ = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception& failed) {
    *error = "cannot serve metrics on " + address + ": " + failed.what();
    return nullptr;
  }
  endpoint->collector_ = std::make_shared<Collector>(std::move(observed));
  endpoint->exposer_->RegisterCollectable(endpoint->collector_);
  endpoint->address_ = address.substr(0, address.rfind(':') + 1) +
                       std::to_string(endpoint->exposer_->GetListeningPorts().front());
  return endpoint;
}

}  // namespace keystone::ingestd
