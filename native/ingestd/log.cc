#include "log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace keystone::ingestd {
namespace {

LogFormat log_format = LogFormat::kText;

// RFC 3339, UTC, to the millisecond.
std::string Now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  std::tm utc;
  gmtime_r(&seconds, &utc);
  char date[32], text[48];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(ms.count() % 1000));
  return text;
}

std::string AsJsonString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string AsJson(std::string_view text, Severity severity) {
  constexpr std::array<const char*, 3> kNames = {"INFO", "WARNING", "ERROR"};
  return "{\"time\": \"" + Now() + "\", \"severity\": \"" + kNames[static_cast<size_t>(severity)] +
         "\", \"program\": \"keystone-ingestd\", \"message\": " + AsJsonString(text) + "}\n";
}

}  // namespace

void SetLogFormat(LogFormat format) { log_format = format; }

void Log(std::string_view text, Severity severity) {
  const std::string line = log_format == LogFormat::kJson
                               ? AsJson(text, severity)
                               : "keystone-ingestd: " + std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace keystone::ingestd
