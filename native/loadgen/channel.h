#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>

namespace keystone::loadgen {

// TLS, and what a client shows of itself; empty where it has nothing. PEM.
struct Security {
  std::string roots;  // empty: those that gRPC brings along
  std::string certificate;
  std::string key;
  std::string token;  // sent with each call
};

// A connection of its own to the server; without `security` in the clear.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const std::optional<Security>& security);

}  // namespace keystone::loadgen
