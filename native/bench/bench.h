#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <string>
#include <vector>

namespace keystone::bench {

// Serves on a free loopback port, which it prints ("listening on HOST:PORT"),
// until SIGTERM or SIGINT. Threads that were started before may get these instead.
void ServeUntilStopped(grpc::Service& service);

// Payloads, one a line. Ends the process with a message if there are none.
std::vector<std::string> ReadPayloads(const char* path);

// Of this process, all threads.
double CpuSeconds();
double WallSeconds();

}  // namespace keystone::bench
