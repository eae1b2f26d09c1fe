#include "crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace keystone {
namespace {

struct Vector {
  std::string bytes;
  uint32_t crc;
};

std::string Ascending() {
  std::string bytes(32, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
  return bytes;
}

// RFC 3720, B.4, and the check value every CRC catalogue gives.
const Vector kKnown[] = {
    {"", 0x00000000},
    {"123456789", 0xE3069283},
    {std::string(32, '\0'), 0x8A9136AA},
    {std::string(32, '\xFF'), 0x62A8AB43},
    {Ascending(), 0x46DD794E},
};

TEST(Crc32c, GivesTheKnownValues) {
  for (const Vector& known : kKnown) EXPECT_EQ(Crc32c(known.bytes), known.crc);
}

TEST(Crc32c, GivesTheKnownValuesWithoutTheInstruction) {
  for (const Vector& known : kKnown) EXPECT_EQ(Crc32cPortable(known.bytes), known.crc);
}

TEST(Crc32c, IsTheSameBothWaysForEveryLengthAndAlignment) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i * 37 + 11);
  for (size_t from = 0; from < 8; ++from) {
    for (size_t size = 0; from + size <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      ASSERT_EQ(Crc32c(part), Crc32cPortable(part)) << from << "+" << size;
    }
  }
}

}  // namespace
}  // namespace keystone
