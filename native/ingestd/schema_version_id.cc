#include "schema_version_id.h"

#include <charconv>

namespace keystone::ingestd {
namespace {

constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool ReadByte(const char* digits, uint8_t* byte) {
  const auto [end, error] = std::from_chars(digits, digits + 2, *byte, 16);
  return error == std::errc() && end == digits + 2;
}

}  // namespace

std::optional<SchemaVersionId> ParseSchemaVersionId(std::string_view text) {
  if (text.size() != kShape.size()) return std::nullopt;
  SchemaVersionId id{};
  size_t byte = 0;
  for (size_t at = 0; at < kShape.size();) {
    if (kShape[at] == '-') {
      if (text[at++] != '-') return std::nullopt;
    } else {
      if (!ReadByte(text.data() + at, &id[byte++])) return std::nullopt;
      at += 2;
    }
  }
  return id;
}

}  // namespace keystone::ingestd
