#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "schema_version_id.h"

namespace keystone::ingestd {

// One setting as its user sees it, on the command line or in a file.
struct Setting {
  // Puts the value in its place; else says what is allowed.
  using Setter = std::function<std::optional<std::string>(const std::string& value)>;

  std::string standard;  // its default as text
  Setter set;
  bool is_required = false;
};

// Made of where the value belongs, which holds the default.
Setting Integer(int* target, int64_t least, int64_t most);
Setting Integer(int64_t* target, int64_t least, int64_t most);
Setting Integer(size_t* target, int64_t least, int64_t most);
Setting Integer(std::chrono::milliseconds* target, int64_t least, int64_t most);
Setting Text(std::string* target);          // not empty
Setting RequiredText(std::string* target);  // likewise
Setting File(std::string* target);          // one that can be read; none by default
Setting Choice(std::string* target, std::span<const std::string_view> allowed);
Setting RequiredUuid(SchemaVersionId* target);

}  // namespace keystone::ingestd
