#include "token_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace keystone::ingestd {
namespace {

bool IsSame(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

std::optional<TokenFile::Tokens> TokenFile::ReadIfChanged(std::string* error) {
  struct stat now{};
  if (stat(path_.c_str(), &now) != 0) {
    *error = path_ + " cannot be read: " + std::strerror(errno);
    return std::nullopt;
  }
  if (IsSame(now, seen_)) return std::nullopt;
  std::ifstream file(path_);
  Tokens tokens;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::istringstream words(line);
    std::string name, token, more;
    if (!(words >> name) || name.front() == '#') continue;
    if (!(words >> token) || (words >> more)) {
      *error = path_ + ", line " + std::to_string(number) + ": not of the form NAME TOKEN";
      return std::nullopt;
    }
    tokens[token] = name;
  }
  if (tokens.empty()) {
    *error = path_ + " has no token: lines of the form NAME TOKEN are needed";
    return std::nullopt;
  }
  seen_ = now;
  return tokens;
}

}  // namespace keystone::ingestd
