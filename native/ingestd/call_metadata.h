#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

namespace keystone::ingestd {

// The caller's W3C trace context, empty if there is none. Valid as long as the
// call. On a stream it is that of the stream, for each of its events.
inline std::string_view Traceparent(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("traceparent");
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

}  // namespace keystone::ingestd
