#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

namespace keystone::ingestd {

// PEM files. Empty: clients are spoken to in the clear, or not asked for a
// certificate.
struct TlsSettings {
  std::string cert;
  std::string key;
  std::string client_ca;
};

// What the server listens with. Files that change are read again within a second
// or two, and connections from then on are made with what they say: while they do
// not fit together there are no new ones. Those that are open stay. Null, with one
// line in `error`, if the files cannot be used now.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsSettings& settings,
                                                               std::string* error);

}  // namespace keystone::ingestd
