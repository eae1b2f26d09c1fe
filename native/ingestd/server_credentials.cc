#include "server_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <fstream>
#include <iterator>

#include "key_pair.h"

namespace keystone::ingestd {
namespace {

constexpr unsigned kReadEverySeconds = 1;

// gRPC itself says nothing of a file that is no PEM: it lets every handshake fail.
bool LooksLikePem(const std::string& path, std::string* error) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.find("-----BEGIN ") != std::string::npos) return true;
  *error = "--tls-client-ca is \"" + path + "\": must be a file with PEM blocks in it";
  return false;
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsSettings& settings,
                                                               std::string* error) {
  if (settings.cert.empty()) return grpc::InsecureServerCredentials();
  if (const std::string why = WhyNoPair(settings.cert, settings.key); !why.empty()) {
    *error = "--tls-cert and --tls-key: " + why;
    return nullptr;
  }
  const bool asks_clients = !settings.client_ca.empty();
  if (asks_clients && !LooksLikePem(settings.client_ca, error)) return nullptr;
  namespace tls = grpc::experimental;
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      settings.key, settings.cert, settings.client_ca, kReadEverySeconds));
  options.watch_identity_key_cert_pairs();
  if (asks_clients) options.watch_root_certs();
  options.set_cert_request_type(asks_clients
                                    ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                    : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return tls::TlsServerCredentials(options);
}

}  // namespace keystone::ingestd
