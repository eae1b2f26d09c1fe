#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace keystone::ingestd {

// A Glue schema version: the 16 bytes of its UUID, most significant first.
using SchemaVersionId = std::array<uint8_t, 16>;

// Reads the form that Glue prints, 8-4-4-4-12 hexadecimal digits of either
// case; nothing else is a schema version id.
std::optional<SchemaVersionId> ParseSchemaVersionId(std::string_view text);

}  // namespace keystone::ingestd
