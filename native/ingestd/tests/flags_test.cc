#include "flags.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace keystone::ingestd {
namespace {

constexpr char kUuid[] = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

ParsedFlags Parse(std::vector<const char*> extra) {
  std::vector<const char*> all = {"--bootstrap-servers=k:9092", "--schema-version-id", kUuid};
  all.insert(all.end(), extra.begin(), extra.end());
  return ParseFlags(all);
}

std::string ErrorOf(const ParsedFlags& parsed) {
  const auto* error = std::get_if<FlagError>(&parsed);
  return error ? error->text : "no error";
}

TEST(Flags, HaveDefaults) {
  const auto settings = std::get<ServerSettings>(Parse({}));
  EXPECT_EQ(settings.listen, "0.0.0.0:50051");
  EXPECT_EQ(settings.kafka.bootstrap_servers, "k:9092");
  EXPECT_EQ(settings.kafka.topic, "olist-enterprise-events");
  EXPECT_EQ(settings.kafka.linger_ms, 5);
  EXPECT_EQ(settings.kafka.delivery_timeout_ms, 10'000);
  EXPECT_EQ(settings.max_in_flight_events, 100'000);
  EXPECT_EQ(settings.max_in_flight_bytes, 268'435'456);
  EXPECT_EQ(settings.rules.max_event_bytes, 1'048'576u);
  EXPECT_EQ(settings.stream.events, 10'000);
  EXPECT_EQ(settings.stream.bytes, 16'777'216);
  EXPECT_EQ(settings.shutdown_timeout.count(), 10'000);
  EXPECT_EQ(settings.rules.default_schema_version, ParseSchemaVersionId(kUuid));
}

TEST(Flags, AreTakenWithAndWithoutAnEqualsSign) {
  const auto settings =
      std::get<ServerSettings>(Parse({"--topic=t=1", "--max-event-bytes", "2048"}));
  EXPECT_EQ(settings.kafka.topic, "t=1");
  EXPECT_EQ(settings.rules.max_event_bytes, 2048u);
}

TEST(Flags, HelpNamesEachOfThem) {
  const std::string help = std::get<HelpText>(Parse({"--help"})).text;
  for (const char* name :
       {"listen", "bootstrap-servers", "topic", "schema-version-id", "linger-ms",
        "delivery-timeout-ms", "max-event-bytes", "max-in-flight-events", "max-in-flight-bytes",
        "max-in-flight-per-stream", "max-in-flight-bytes-per-stream", "shutdown-timeout-ms"}) {
    EXPECT_NE(help.find(std::string("--") + name + " "), std::string::npos) << name;
  }
}

TEST(Flags, HelpShowsTheDefaultsOfTheSettings) {
  const std::string help = std::get<HelpText>(Parse({"--help"})).text;
  const ServerSettings standard;
  const auto shows = [&](const std::string& start, const std::string& value) {
    return help.find("  --" + start + "  (default " + value + ")\n") != std::string::npos;
  };
  EXPECT_TRUE(shows("listen HOST:PORT", standard.listen)) << help;
  EXPECT_TRUE(shows("topic NAME", standard.kafka.topic)) << help;
  EXPECT_TRUE(shows("linger-ms MS", std::to_string(standard.kafka.linger_ms))) << help;
  EXPECT_TRUE(shows("max-event-bytes BYTES", std::to_string(standard.rules.max_event_bytes)))
      << help;
  EXPECT_TRUE(shows("shutdown-timeout-ms MS", std::to_string(standard.shutdown_timeout.count())))
      << help;
  EXPECT_NE(help.find("  --schema-version-id UUID  (required)\n"), std::string::npos) << help;
  EXPECT_NE(help.find("  --bootstrap-servers HOST:PORT,...  (required)\n"), std::string::npos);
}

// "--NAME VALUE_NAME  (default VALUE)" lines of the help, each as --NAME=VALUE.
std::vector<std::string> DefaultsInHelp() {
  std::istringstream help(std::get<HelpText>(Parse({"--help"})).text);
  std::vector<std::string> flags;
  for (std::string line; std::getline(help, line);) {
    const size_t start = line.find("--");
    const size_t mark = line.find("(default ");
    if (start == std::string::npos || mark == std::string::npos) continue;
    if (line.ends_with("(default none)")) continue;
    const std::string name = line.substr(start, line.find(' ', start) - start);
    const size_t value = mark + sizeof "(default " - 1;
    flags.push_back(name + "=" + line.substr(value, line.size() - 1 - value));
  }
  return flags;
}

TEST(Flags, DefaultsAreAllowedValues) {
  const std::vector<std::string> flags = DefaultsInHelp();
  EXPECT_EQ(flags.size(), 15u);
  for (const std::string& flag : flags) EXPECT_EQ(ErrorOf(Parse({flag.c_str()})), "no error");
}

TEST(Flags, ThatAreWrongSayWhatIsAllowed) {
  EXPECT_EQ(ErrorOf(Parse({"--port", "1"})), "unknown flag \"--port\"; --help lists them all");
  EXPECT_EQ(ErrorOf(Parse({"50051"})), "unknown flag \"50051\"; --help lists them all");
  EXPECT_EQ(ErrorOf(Parse({"--topic"})), "--topic needs a value (NAME)");
  EXPECT_EQ(ErrorOf(Parse({"--topic="})), "--topic is \"\": must be a text that is not empty");
  EXPECT_EQ(ErrorOf(Parse({"--linger-ms", "5ms"})),
            "--linger-ms is \"5ms\": must be a whole number from 0 to 60000");
  EXPECT_EQ(ErrorOf(Parse({"--max-event-bytes", "0"})),
            "--max-event-bytes is \"0\": must be a whole number from 1 to 15728640");
  EXPECT_EQ(ErrorOf(Parse({"--schema-version-id", "v1"})),
            "--schema-version-id is \"v1\": must be a UUID such as "
            "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
  EXPECT_EQ(ErrorOf(Parse({"--delivery-timeout-ms", "5"})),
            "--linger-ms is 5: must be below --delivery-timeout-ms, which is 5");
  EXPECT_EQ(ErrorOf(Parse({"--max-in-flight-bytes", "2000000", "--max-event-bytes", "1999471"})),
            "--max-in-flight-bytes is 2000000: must be at least 2000001, which is "
            "--max-event-bytes and 530 more");
  EXPECT_EQ(ErrorOf(Parse({"--listen", "here"})),
            "--listen is \"here\": must be of the form HOST:PORT");
  EXPECT_EQ(ErrorOf(Parse({"--metrics-listen", "9100"})),
            "--metrics-listen is \"9100\": must be of the form HOST:PORT");
  EXPECT_EQ(ErrorOf(Parse({"--config", "/"})), "/ is a folder");
  EXPECT_EQ(ErrorOf(Parse({"--log-format", "xml"})),
            "--log-format is \"xml\": must be one of text, json");
  EXPECT_EQ(
      ErrorOf(Parse({"--tls-cert", "/nowhere"})),
      "--tls-cert is \"/nowhere\": must be a file that can be read (No such file or directory)");
}

TEST(Flags, ThatNeedEachOtherSaySo) {
  EXPECT_EQ(ErrorOf(Parse({"--tls-cert", "/dev/null"})),
            "--tls-cert and --tls-key: one needs the other");
  EXPECT_EQ(ErrorOf(Parse({"--tls-client-ca", "/dev/null"})),
            "--tls-client-ca needs --tls-cert and --tls-key");
  EXPECT_EQ(ErrorOf(Parse({"--kafka-key", "/dev/null"})),
            "--kafka-cert and --kafka-key: one needs the other");
  EXPECT_EQ(ErrorOf(Parse({"--kafka-security", "sasl_ssl", "--kafka-sasl-username", "u"})),
            "--kafka-security is sasl_ssl: needs --kafka-sasl-username and "
            "--kafka-sasl-password-file");
  EXPECT_EQ(ErrorOf(Parse({"--kafka-sasl-username", "u"})),
            "--kafka-sasl-username and --kafka-sasl-password-file: need --kafka-security "
            "sasl_plaintext or sasl_ssl");
}

TEST(Flags, ThatAreRequiredAreMissed) {
  EXPECT_EQ(ErrorOf(ParseFlags(std::vector<const char*>{})),
            "--bootstrap-servers HOST:PORT,... is required; --help says more");
  EXPECT_EQ(ErrorOf(ParseFlags(std::vector<const char*>{"--bootstrap-servers", "k:1"})),
            "--schema-version-id UUID is required; --help says more");
}

}  // namespace
}  // namespace keystone::ingestd
