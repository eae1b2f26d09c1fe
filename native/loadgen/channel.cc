#include "channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

namespace keystone::loadgen {
namespace {

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const std::optional<Security>& security) {
  if (!security) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = security->roots;
  options.pem_private_key = security->key;
  options.pem_cert_chain = security->certificate;
  const auto tls = grpc::SslCredentials(options);
  if (security->token.empty()) return tls;
  return grpc::CompositeChannelCredentials(tls, grpc::AccessTokenCredentials(security->token));
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const std::optional<Security>& security) {
  grpc::ChannelArguments arguments;
  // No attempt but ours: what became of each must be ours to tell.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 250);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, CredentialsOf(security), arguments);
}

}  // namespace keystone::loadgen
