#include "schema_version_id.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

TEST(SchemaVersionId, IsTheUuidMostSignificantByteFirst) {
  const SchemaVersionId expected = {0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78,
                                    0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0};
  EXPECT_EQ(ParseSchemaVersionId("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), expected);
  EXPECT_EQ(ParseSchemaVersionId("0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0"), expected);
}

TEST(SchemaVersionId, IsNothingButThat) {
  for (const char* text : {
           "",
           "1",
           "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
           "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f",
           "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f00",
           "{f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f}",
           "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fg",
           "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1 0",
           "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1-0",
           "0f1e2d3c-4b5a-69788-796-a5b4c3d2e1f0",
           "0f1e2d3c+4b5a-6978-8796-a5b4c3d2e1f0",
       }) {
    EXPECT_FALSE(ParseSchemaVersionId(text)) << text;
  }
}

}  // namespace
}  // namespace keystone::ingestd
