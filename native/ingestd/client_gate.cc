#include "client_gate.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "log.h"

namespace keystone::ingestd {
namespace {

constexpr std::chrono::seconds kReadEvery{1};

// So many clients, and those that owe nothing are forgotten, now and then.
constexpr size_t kManyClients = 10'000;
constexpr int64_t kForgetEveryNs = 1'000'000'000;

constexpr std::string_view kBearer = "bearer ";  // in any case: RFC 9110, 11.1

std::string_view TokenOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  if (found == metadata.end()) return {};
  const std::string_view value(found->second.data(), found->second.size());
  const bool is_bearer = value.size() > kBearer.size() &&
                         std::equal(kBearer.begin(), kBearer.end(), value.begin(),
                                    [](char a, char b) { return a == std::tolower(b); });
  return is_bearer ? value.substr(kBearer.size()) : std::string_view();
}

// The certificate's common name, else the address without its port.
std::string PeerOf(const grpc::CallbackServerContext& context) {
  const auto names = context.auth_context()->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
  if (!names.empty()) return "certificate " + std::string(names[0].data(), names[0].size());
  const std::string peer = context.peer();
  return peer.substr(0, peer.rfind(':'));
}

}  // namespace

std::unique_ptr<ClientGate> ClientGate::Open(const ClientSettings& settings, const Clock& clock,
                                             std::string* error) {
  std::unique_ptr<ClientGate> gate(new ClientGate(settings, clock));
  if (settings.tokens_file.empty()) return gate;
  if (!gate->ReadTokens(error)) return nullptr;
  gate->reader_ = std::thread([raw = gate.get()] { raw->KeepReading(); });
  return gate;
}

ClientGate::ClientGate(const ClientSettings& settings, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      anybody_(std::make_shared<Client>(0)),
      file_(settings.tokens_file) {}

ClientGate::~ClientGate() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  ended_.notify_all();
  if (reader_.joinable()) reader_.join();
}

std::variant<std::shared_ptr<Client>, EventResult> ClientGate::Admit(
    const grpc::CallbackServerContext& context) {
  std::string name;
  if (!settings_.tokens_file.empty()) {
    std::shared_ptr<const TokenFile::Tokens> tokens;
    {
      const std::lock_guard lock(mutex_);
      tokens = tokens_;
    }
    const auto found = tokens->find(TokenOf(context));
    if (found == tokens->end()) return Unauthenticated();
    name = "token " + found->second;
  }
  if (settings_.max_events_per_s == 0) return anybody_;
  return Find(name.empty() ? PeerOf(context) : name);
}

std::shared_ptr<Client> ClientGate::Find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = clients_.find(name); known != clients_.end()) return known->second;
  const int64_t now_ns = clock_.NowNs();
  if (clients_.size() >= kManyClients && now_ns >= forget_at_ns_) {
    forget_at_ns_ = now_ns + kForgetEveryNs;
    // Not one of an open stream: it would be met anew beside itself.
    std::erase_if(clients_, [now_ns](const auto& entry) {
      return entry.second.use_count() == 1 && entry.second->IsForgettable(now_ns);
    });
  }
  return clients_[name] = std::make_shared<Client>(settings_.max_events_per_s);
}

// False, with one line in `error`, if there is none to be had.
bool ClientGate::ReadTokens(std::string* error) {
  auto tokens = file_.ReadIfChanged(error);
  if (!tokens) return false;
  const std::lock_guard lock(mutex_);
  tokens_ = std::make_shared<const TokenFile::Tokens>(*std::move(tokens));
  return true;
}

void ClientGate::KeepReading() {
  std::string told;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kReadEvery, [this] { return is_ending_; })) {
    lock.unlock();
    std::string error;
    if (ReadTokens(&error)) {
      Log("tokens: read again");
    } else if (!error.empty() && error != told) {
      Log("tokens: those read before stay in force: " + error, Severity::kError);
    }
    told = error;
    lock.lock();
  }
}

}  // namespace keystone::ingestd
