#include "log.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

std::string Said(LogFormat format, std::string_view text, Severity severity) {
  SetLogFormat(format);
  testing::internal::CaptureStderr();
  Log(text, severity);
  SetLogFormat(LogFormat::kText);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, IsALineOfText) {
  EXPECT_EQ(Said(LogFormat::kText, "stopped", Severity::kInfo), "keystone-ingestd: stopped\n");
}

TEST(Log, OrAnObjectALine) {
  const std::string said = Said(LogFormat::kJson, "a \"b\"\n\\", Severity::kError);
  EXPECT_TRUE(said.starts_with("{\"time\": \"20")) << said;
  EXPECT_TRUE(
      said.ends_with("Z\", \"severity\": \"ERROR\", \"program\": \"keystone-ingestd\", "
                     "\"message\": \"a \\\"b\\\"\\u000a\\\\\"}\n"))
      << said;
}

}  // namespace
}  // namespace keystone::ingestd
