#pragma once

#include <cstdint>
#include <string_view>

namespace keystone {

// CRC-32C (Castagnoli), as in RFC 3720: by the CPU's own instruction where it
// has one, else by table. Both give the same number.
uint32_t Crc32c(std::string_view bytes);

// The table version alone, on any CPU; here so that tests can hold it against
// the other.
uint32_t Crc32cPortable(std::string_view bytes);

}  // namespace keystone
