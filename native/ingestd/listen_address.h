#pragma once

#include <optional>
#include <string>

namespace keystone::ingestd {

// Splits HOST:PORT; the host may be an IPv6 address in brackets. Nothing if the
// text is not of that form.
struct ListenAddress {
  std::string host;
  int port = 0;
};
std::optional<ListenAddress> ParseListenAddress(const std::string& text);

// Why nobody can listen on this address now, empty if one can. gRPC itself only
// says that it could not, and logs the reason.
std::string WhyNotListen(const ListenAddress& address);

}  // namespace keystone::ingestd
