#pragma once

#include <string_view>

namespace keystone::ingestd {

// One line to stderr, "keystone-ingestd: TEXT", written in a single call so that
// lines of several threads do not mix. Never given a payload.
void Log(std::string_view text);

}  // namespace keystone::ingestd
