#pragma once

#include <span>
#include <string>
#include <variant>

#include "ingest_server.h"

namespace keystone::ingestd {

// The command line, as one of: settings to run with, a text that was asked for
// (--help), or what is wrong with it in one line.
struct HelpText {
  std::string text;
};
struct FlagError {
  std::string text;
};
using ParsedFlags = std::variant<ServerSettings, HelpText, FlagError>;

// `arguments` without the program's name. Both --flag=VALUE and --flag VALUE.
ParsedFlags ParseFlags(std::span<const char* const> arguments);

}  // namespace keystone::ingestd
