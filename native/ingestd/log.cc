#include "log.h"

#include <cstdio>
#include <string>

namespace keystone::ingestd {

void Log(std::string_view text) {
  const std::string line = "keystone-ingestd: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace keystone::ingestd
