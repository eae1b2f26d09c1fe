#pragma once

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "call_metrics.h"
#include "client_gate.h"
#include "clock.h"
#include "event_check.h"
#include "in_flight_budget.h"
#include "ingestion_service.h"
#include "intake.h"
#include "kafka_producer.h"
#include "key_pair.h"
#include "metrics_endpoint.h"
#include "server_credentials.h"

namespace keystone::ingestd {

// Defaults stand here and in the structs within, nowhere else: --help shows what
// it finds there.
struct ServerSettings {
  std::string listen = "0.0.0.0:50051";
  KafkaSettings kafka;
  EventRules rules;
  int max_in_flight_events = 100'000;  // of all clients together
  int64_t max_in_flight_bytes = 256 << 20;
  int64_t max_buffer_bytes = 256 << 20;
  StreamLimits stream;
  ClientSettings clients;
  TlsSettings tls;
  std::string metrics_listen;  // empty: metrics are not served
  std::string log_format = "text";
  std::chrono::milliseconds shutdown_timeout{10'000};
};

// The running server: gRPC with the ingestion, health and reflection services
// in front, two Kafka producers behind.
//
// It says SERVING as long as both producers are of use: Kafka answers them and
// takes records for the topic.
//
// Owns all of it. Start and Shutdown are called by one thread; Shutdown once,
// by the destructor if by nobody else.
class IngestServer {
 public:
  // Null, with one line in `error`, if the address or the settings are no good.
  static std::unique_ptr<IngestServer> Start(const ServerSettings& settings, std::string* error);
  ~IngestServer();

  // HOST:PORT that clients can call; the port is the true one if 0 was asked for.
  const std::string& address() const { return address_; }

  // The same of the metrics, empty if they are not served.
  std::string metrics_address() const { return metrics_ ? metrics_->address() : ""; }

  // Says NOT_SERVING, takes no more events, waits up to shutdown_timeout for
  // Kafka's answer to those taken, gives up on the rest, and answers all of
  // them. A client that does not read its answers is cut off.
  void Shutdown();

 private:
  explicit IngestServer(const ServerSettings& settings);

  bool StartProducers(std::string* error);
  bool OpenMetrics(std::string* error);
  void OnHealth(bool* is_healthy_of, bool is_healthy);
  void SayWhetherServing();
  bool IsServing();
  bool Listen(std::string* error);
  void Drain();

  const ServerSettings settings_;
  const Clock clock_;
  InFlightBudget budget_;

  std::mutex health_mutex_;  // guards what follows
  bool unary_is_healthy_ = false;
  bool bulk_is_healthy_ = false;
  grpc::HealthCheckServiceInterface* health_ = nullptr;  // while it listens
  bool is_serving_ = false;                              // as was told

  std::unique_ptr<KafkaProducer> unary_producer_;
  std::unique_ptr<KafkaProducer> bulk_producer_;
  CallMetrics unary_metrics_;
  CallMetrics batch_metrics_;
  CallMetrics stream_metrics_;
  std::unique_ptr<ClientGate> gate_;
  std::unique_ptr<const Intakes> intakes_;
  std::unique_ptr<IngestionService> service_;
  std::unique_ptr<MetricsEndpoint> metrics_;
  std::unique_ptr<KeyPairWatch> key_pair_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace keystone::ingestd
