// keystone-ingestd: order events in over gRPC, out to Kafka.
#include <grpc/support/log.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "flags.h"
#include "ingest_server.h"
#include "lock_checks.h"
#include "log.h"

namespace keystone::ingestd {
namespace {

enum ExitCode { kStopped = 0, kCannotRun = 1, kWrongFlags = 2 };

// Blocked here, before any thread exists, so that only sigwait gets them.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// gRPC and protobuf log what the server answers or says anyway. GRPC_VERBOSITY
// brings gRPC's log back.
void QuietLibraries() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) gpr_set_log_function([](gpr_log_func_args*) {});
  google::protobuf::SetLogHandler(nullptr);
}

int Serve(const ServerSettings& settings) {
  SetLogFormat(settings.log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  const sigset_t stop_signals = BlockStopSignals();
  QuietLibraries();
  SwitchOffLockChecks();
  std::string error;
  const auto server = IngestServer::Start(settings, &error);
  if (!server) {
    Log(error, Severity::kError);
    return kCannotRun;
  }
  if (!server->metrics_address().empty()) {
    Log("metrics at http://" + server->metrics_address() + "/metrics");
  }
  Log("listening on " + server->address());
  int signal = 0;
  sigwait(&stop_signals, &signal);
  Log("stopping: Kafka has " + std::to_string(settings.shutdown_timeout.count()) +
      " ms to confirm what was taken");
  server->Shutdown();
  Log("stopped");
  return kStopped;
}

int Main(std::span<const char* const> arguments) {
  const ParsedFlags flags = ParseFlags(arguments);
  if (const auto* help = std::get_if<HelpText>(&flags)) {
    std::fputs(help->text.c_str(), stdout);
    return kStopped;
  }
  if (const auto* error = std::get_if<FlagError>(&flags)) {
    Log(error->text, Severity::kError);
    return kWrongFlags;
  }
  return Serve(std::get<ServerSettings>(flags));
}

}  // namespace
}  // namespace keystone::ingestd

int main(int argc, char** argv) {
  return keystone::ingestd::Main({argv + 1, static_cast<size_t>(argc - 1)});
}
