#pragma once

#include <cstdint>
#include <string_view>

namespace keystone::ingestd {

enum class LogFormat : uint8_t { kText, kJson };
enum class Severity : uint8_t { kInfo, kWarning, kError };

// For the whole process; before any thread is started.
void SetLogFormat(LogFormat format);

// One line to stderr, written in a single call so that lines of several threads
// do not mix: "keystone-ingestd: TEXT", or an object with time, severity, program
// and message. Never given a payload or a secret.
void Log(std::string_view text, Severity severity = Severity::kInfo);

}  // namespace keystone::ingestd
