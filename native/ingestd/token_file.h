#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace keystone::ingestd {

// A file of bearer tokens, lines NAME TOKEN; blank lines, and those that begin
// with #, say nothing. One thread at a time.
class TokenFile {
 public:
  using Tokens = std::map<std::string, std::string, std::less<>>;  // token to name

  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  // The tokens, if the file has changed since the last call; nothing if not, or if
  // it cannot be used: then `error` says why, without any of its contents.
  std::optional<Tokens> ReadIfChanged(std::string* error);

 private:
  const std::string path_;
  struct stat seen_{};
};

}  // namespace keystone::ingestd
