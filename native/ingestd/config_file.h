#pragma once

#include <string>
#include <variant>
#include <vector>

namespace keystone::ingestd {

// One setting of a config file, and the line where it stands, from 1.
struct ConfigLine {
  int number;
  std::string name;
  std::string value;
};

// Reads a file of lines NAME = VALUE; blank lines, and those that begin with #,
// say nothing. A text: what is wrong with it, in one line.
std::variant<std::vector<ConfigLine>, std::string> ReadConfigFile(const std::string& path);

}  // namespace keystone::ingestd
