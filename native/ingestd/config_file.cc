#include "config_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace keystone::ingestd {
namespace {

std::string Trimmed(std::string_view text) {
  constexpr char kBlank[] = " \t\r";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin));
}

}  // namespace

std::variant<std::vector<ConfigLine>, std::string> ReadConfigFile(const std::string& path) {
  if (std::filesystem::is_directory(path)) return path + " is a folder";
  std::ifstream file(path);
  if (!file) return path + " cannot be read: " + std::strerror(errno);
  std::vector<ConfigLine> lines;
  int number = 0;
  for (std::string raw; std::getline(file, raw);) {
    const std::string line = Trimmed(raw);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == std::string::npos) {
      return path + ", line " + std::to_string(number) + ": \"" + line +
             "\" is not of the form NAME = VALUE";
    }
    lines.push_back({number, Trimmed(line.substr(0, equals)), Trimmed(line.substr(equals + 1))});
  }
  return lines;
}

}  // namespace keystone::ingestd
