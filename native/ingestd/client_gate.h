#pragma once

#include <grpcpp/server_context.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>

#include "client.h"
#include "clock.h"
#include "token_file.h"

namespace keystone::ingestd {

struct ClientSettings {
  std::string tokens_file;       // empty: whoever can connect may send
  int64_t max_events_per_s = 0;  // of each client; 0: no limit
};

// Lets calls in, each as one client's: that of its token, else that of its
// certificate's common name, else that of its address. Any thread may call Admit.
class ClientGate {
 public:
  // Null, with one line in `error`, if there are no tokens to be read. `clock`
  // outlives the gate.
  static std::unique_ptr<ClientGate> Open(const ClientSettings& settings, const Clock& clock,
                                          std::string* error);
  ~ClientGate();

  std::variant<std::shared_ptr<Client>, EventResult> Admit(
      const grpc::CallbackServerContext& context);

 private:
  ClientGate(const ClientSettings& settings, const Clock& clock);

  bool ReadTokens(std::string* error);
  void KeepReading();
  std::shared_ptr<Client> Find(const std::string& name);

  const ClientSettings settings_;
  const Clock& clock_;
  const std::shared_ptr<Client> anybody_;  // where clients make no difference
  TokenFile file_;

  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const TokenFile::Tokens> tokens_;
  std::unordered_map<std::string, std::shared_ptr<Client>> clients_;
  int64_t forget_at_ns_ = 0;  // not before
  std::condition_variable ended_;
  bool is_ending_ = false;
  std::thread reader_;
};

}  // namespace keystone::ingestd
