#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

namespace keystone::ingestd {

// The caller's W3C trace context, empty if there is none, or one so long that it
// cannot be (https://www.w3.org/TR/trace-context/: 55 bytes). Valid as long as the
// call. On a stream or in a batch it is that of the call, for each of its events.
inline std::string_view Traceparent(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("traceparent");
  constexpr size_t kMostBytes = 256;  // of versions to come, too
  if (found == metadata.end() || found->second.size() > kMostBytes) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace keystone::ingestd
