#include "ingest_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <utility>

#include "listen_address.h"
#include "log.h"

namespace keystone::ingestd {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The largest request: a batch. One event is limited by EventRules. A larger
// request never reaches us: gRPC itself answers RESOURCE_EXHAUSTED, without our
// trailers, and on a stream that is the stream's end.
constexpr int kMaxRequestBytes = 16 << 20;

// For the answers to leave once Kafka has had its time.
constexpr milliseconds kAnswerTime{2000};

milliseconds Left(steady_clock::time_point deadline) {
  return std::max(milliseconds(0),
                  std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()));
}

// Against clients that never end what they have begun, or are gone without a word.
void LimitConnections(size_t max_buffer_bytes, grpc::ServerBuilder* builder) {
  constexpr int kHandshakeMs = 10'000;
  constexpr int kKeepaliveMs = 30'000;
  constexpr int kKeepaliveAnswerMs = 10'000;
  constexpr int kMostCalls = 10'000;  // of one connection at once
  constexpr int kMostMetadataBytes = 16 << 10;
  grpc::ResourceQuota quota("requests");
  quota.Resize(max_buffer_bytes);
  builder->SetResourceQuota(quota);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMs);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostCalls);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes);
}

std::string CannotListen(const std::string& address, const std::string& reason) {
  return "cannot listen on " + address + ": " + reason + "; choose another with --listen";
}

// Asked before anything is started, so that a wrong address is all that is
// complained about.
bool CheckAddress(const std::string& text, std::string* error) {
  const auto address = ParseListenAddress(text);
  const std::string reason = address ? WhyNotListen(*address) : "not of the form HOST:PORT";
  if (!reason.empty()) *error = CannotListen(text, reason);
  return reason.empty();
}

}  // namespace

std::unique_ptr<IngestServer> IngestServer::Start(const ServerSettings& settings,
                                                  std::string* error) {
  if (!CheckAddress(settings.listen, error)) return nullptr;
  std::unique_ptr<IngestServer> server(new IngestServer(settings));
  server->gate_ = ClientGate::Open(settings.clients, server->clock_, error);
  if (!server->gate_ || !server->StartProducers(error) || !server->OpenMetrics(error) ||
      !server->Listen(error)) {
    return nullptr;
  }
  return server;
}

IngestServer::IngestServer(const ServerSettings& settings)
    : settings_(settings),
      budget_(static_cast<uint64_t>(settings.max_in_flight_events),
              static_cast<uint64_t>(settings.max_in_flight_bytes)) {}

IngestServer::~IngestServer() { Shutdown(); }

bool IngestServer::StartProducers(std::string* error) {
  KafkaSettings unary = settings_.kafka;
  unary.linger_ms = 0;  // lingering would be latency for a caller who waits
  const size_t max_event_bytes = settings_.rules.max_event_bytes;
  unary_producer_ = KafkaProducer::Start(
      "unary", unary, max_event_bytes, budget_, clock_,
      [this](bool is_healthy) { OnHealth(&unary_is_healthy_, is_healthy); }, error);
  if (!unary_producer_) return false;
  bulk_producer_ = KafkaProducer::Start(
      "bulk", settings_.kafka, max_event_bytes, budget_, clock_,
      [this](bool is_healthy) { OnHealth(&bulk_is_healthy_, is_healthy); }, error);
  if (!bulk_producer_) return false;
  const EventRules& rules = settings_.rules;
  intakes_ = std::make_unique<const Intakes>(
      Intakes{.unary = {clock_, rules, *unary_producer_, unary_metrics_},
              .batch = {clock_, rules, *bulk_producer_, batch_metrics_},
              .stream = {clock_, rules, *bulk_producer_, stream_metrics_}});
  service_ = std::make_unique<IngestionService>(*intakes_, *gate_, settings_.stream);
  return true;
}

bool IngestServer::OpenMetrics(std::string* error) {
  if (settings_.metrics_listen.empty()) return true;
  Observed observed{
      .calls = {{{"unary", &unary_metrics_},
                 {"batch", &batch_metrics_},
                 {"stream", &stream_metrics_}}},
      .budget = &budget_,
      .open_streams = [this] { return service_->open_streams(); },
      .is_serving = [this] { return IsServing(); },
      .queues = {{{"unary", [this] { return unary_producer_->Waiting(); }},
                  {"bulk", [this] { return bulk_producer_->Waiting(); }}}},
  };
  metrics_ = MetricsEndpoint::Open(settings_.metrics_listen, std::move(observed), error);
  return metrics_ != nullptr;
}

bool IngestServer::Listen(std::string* error) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  const auto credentials = MakeServerCredentials(settings_.tls, error);
  if (!credentials) return false;
  if (!settings_.tls.cert.empty()) {
    key_pair_ = std::make_unique<KeyPairWatch>(settings_.tls.cert, settings_.tls.key);
  }
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(settings_.listen, credentials, &port);
  LimitConnections(static_cast<size_t>(settings_.max_buffer_bytes), &builder);
  // Else a second server would share the port and take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  if (!server_) {
    *error = CannotListen(settings_.listen, "gRPC could not bind it");
    return false;
  }
  std::lock_guard lock(health_mutex_);
  health_ = server_->GetHealthCheckService();
  health_->SetServingStatus(ingest::v1::IngestionService::service_full_name(), false);
  SayWhetherServing();
  address_ = settings_.listen.substr(0, settings_.listen.rfind(':') + 1) + std::to_string(port);
  return true;
}

void IngestServer::Shutdown() {
  if (!server_) return;
  {
    std::lock_guard lock(health_mutex_);
    health_->SetServingStatus(false);
    health_ = nullptr;
  }
  service_->BeginShutdown();
  Drain();
  server_->Shutdown(std::chrono::system_clock::now() + kAnswerTime);
  server_.reset();
}

void IngestServer::OnHealth(bool* is_healthy_of, bool is_healthy) {
  std::lock_guard lock(health_mutex_);
  *is_healthy_of = is_healthy;
  SayWhetherServing();
}

bool IngestServer::IsServing() {
  std::lock_guard lock(health_mutex_);
  return health_ != nullptr && unary_is_healthy_ && bulk_is_healthy_;
}

// Called with the mutex.
void IngestServer::SayWhetherServing() {
  if (health_ == nullptr) return;
  const bool is_serving = unary_is_healthy_ && bulk_is_healthy_;
  health_->SetServingStatus(is_serving);
  if (is_serving == std::exchange(is_serving_, is_serving)) return;
  Log(is_serving ? "SERVING: Kafka takes records" : "NOT_SERVING: Kafka takes no records now",
      is_serving ? Severity::kInfo : Severity::kError);
}

void IngestServer::Drain() {
  const auto deadline = steady_clock::now() + settings_.shutdown_timeout;
  for (KafkaProducer* producer : {unary_producer_.get(), bulk_producer_.get()}) {
    if (!producer->Flush(Left(deadline))) producer->Purge();
  }
}

}  // namespace keystone::ingestd
