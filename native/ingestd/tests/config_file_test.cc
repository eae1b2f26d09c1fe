#include "config_file.h"

#include "files.h"
#include "flags.h"

namespace keystone::ingestd {
namespace {

constexpr char kRequired[] =
    "bootstrap-servers = k:9092\n"
    "schema-version-id = 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n";

ParsedFlags Parse(const WrittenFile& file, std::vector<const char*> more = {}) {
  std::vector<const char*> all = {"--config", file.path().c_str()};
  all.insert(all.begin(), more.begin(), more.end());
  return ParseFlags(all);
}

std::string ErrorOf(const std::string& content) {
  const WrittenFile file(content);
  const auto parsed = Parse(file);
  const auto* error = std::get_if<FlagError>(&parsed);
  if (error == nullptr) return "no error";
  EXPECT_TRUE(error->text.starts_with(file.path())) << error->text;
  return error->text.substr(file.path().size());
}

TEST(ConfigFile, SetsWhatFlagsSet) {
  const WrittenFile file(std::string("# ours\n\n") + kRequired + "  topic=t = 1  \nlinger-ms = 7");
  const auto settings = std::get<ServerSettings>(Parse(file));
  EXPECT_EQ(settings.kafka.bootstrap_servers, "k:9092");
  EXPECT_EQ(settings.kafka.topic, "t = 1");
  EXPECT_EQ(settings.kafka.linger_ms, 7);
}

TEST(ConfigFile, GivesWayToFlagsWhereverTheyStand) {
  const WrittenFile file(std::string(kRequired) + "topic = file\n");
  EXPECT_EQ(std::get<ServerSettings>(Parse(file, {"--topic", "flag"})).kafka.topic, "flag");
}

TEST(ConfigFile, ThatIsWrongIsNamedWithTheLine) {
  EXPECT_EQ(ErrorOf("topic = t\nlinger\n"), ", line 2: \"linger\" is not of the form NAME = VALUE");
  EXPECT_EQ(ErrorOf("topics = t\n"),
            ", line 1: unknown setting \"topics\"; keystone-ingestd --help lists them all");
  EXPECT_EQ(ErrorOf("config = other\n"),
            ", line 1: unknown setting \"config\"; keystone-ingestd --help lists them all");
  EXPECT_EQ(ErrorOf("linger-ms = 5ms\n"),
            ", line 1: linger-ms is \"5ms\": must be a whole number from 0 to 60000");
}

}  // namespace
}  // namespace keystone::ingestd
