#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "call_metrics.h"
#include "in_flight_budget.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace keystone::ingestd {

// What the server shows of itself. All of it outlives the endpoint.
struct Observed {
  struct Calls {
    const char* name;
    const CallMetrics* metrics;
  };
  std::array<Calls, 3> calls;
  const InFlightBudget* budget;
  std::function<size_t()> open_streams;
  std::function<bool()> is_serving;
  std::array<std::pair<const char*, std::function<int()>>, 2> queues;  // of the producers
};

// Serves the metrics to Prometheus, at /metrics of a port of its own.
class MetricsEndpoint {
 public:
  // Null, with one line in `error`, if the address is no good.
  static std::unique_ptr<MetricsEndpoint> Open(const std::string& address, Observed observed,
                                               std::string* error);
  ~MetricsEndpoint();

  // HOST:PORT; the port is the true one if 0 was asked for.
  const std::string& address() const { return address_; }

 private:
  MetricsEndpoint();

  std::shared_ptr<prometheus::Collectable> collector_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::string address_;
};

}  // namespace keystone::ingestd
