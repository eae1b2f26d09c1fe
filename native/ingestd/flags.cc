#include "flags.h"

#include <charconv>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "listen_address.h"

namespace keystone::ingestd {
namespace {

constexpr int64_t kEventOverhead = kValuePrefixBytes + KafkaProducer::kRecordBytes;

// Puts the value into the settings; else says what is allowed.
using Setter = std::function<std::optional<std::string>(const std::string& value)>;

// One setting as the command line sees it.
struct Setting {
  std::string standard;  // its default, empty: it must be given
  Setter set;
};

struct Flag {
  std::string name;
  std::string value_name;
  std::string help;
  Setting setting;
  bool given = false;
};

template <typename Number>
std::string Shown(Number number) {
  return std::to_string(number);
}
std::string Shown(std::chrono::milliseconds time) { return std::to_string(time.count()); }

template <typename Number>
Setting Integer(Number* target, int64_t least, int64_t most) {
  Setter set = [=](const std::string& text) -> std::optional<std::string> {
    int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || number < least || number > most) {
      return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    }
    *target = Number(number);
    return std::nullopt;
  };
  return {Shown(*target), std::move(set)};
}

Setting Text(std::string* target) {
  Setter set = [=](const std::string& text) -> std::optional<std::string> {
    if (text.empty()) return "a text that is not empty";
    *target = text;
    return std::nullopt;
  };
  return {*target, std::move(set)};
}

Setting RequiredUuid(SchemaVersionId* target) {
  Setter set = [=](const std::string& text) -> std::optional<std::string> {
    const auto id = ParseSchemaVersionId(text);
    if (!id) return "a UUID such as 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    *target = *id;
    return std::nullopt;
  };
  return {"", std::move(set)};
}

// The flags that change `s`, whose values so far are the defaults.
std::vector<Flag> FlagsInto(ServerSettings* s) {
  constexpr int64_t kMostEventBytes = 15 << 20;  // below the largest gRPC request
  constexpr int64_t kDayMs = 24 * 3600 * 1000;
  constexpr int64_t kMostInFlight = InFlightBudget::kMostEvents;
  return {
      {"bootstrap-servers", "HOST:PORT,...", "Kafka brokers to start from.",
       Text(&s->kafka.bootstrap_servers)},
      {"schema-version-id", "UUID",
       "Glue schema version stamped on events that name none of their own.",
       RequiredUuid(&s->rules.default_schema_version)},
      {"listen", "HOST:PORT", "Where clients call; port 0 takes a free one.", Text(&s->listen)},
      {"topic", "NAME", "Kafka topic of the events.", Text(&s->kafka.topic)},
      {"linger-ms", "MS",
       "How long a stream's or batch's event may wait for company on its way to Kafka.\n"
       "SendEvent never waits.",
       Integer(&s->kafka.linger_ms, 0, 60'000)},
      {"delivery-timeout-ms", "MS",
       "How long Kafka may take to confirm an event; then it is answered as failed or unknown.",
       Integer(&s->kafka.delivery_timeout_ms, 1, kDayMs)},
      {"max-event-bytes", "BYTES",
       "Largest payload_json. The topic's max.message.bytes must allow a little more.",
       Integer(&s->rules.max_event_bytes, 1, kMostEventBytes)},
      {"max-in-flight-events", "EVENTS",
       "Events of all clients that wait for Kafka. Beyond it SendEvent and SendBatch are refused\n"
       "with RESOURCE_EXHAUSTED and a retry hint, and streams are read no further.",
       Integer(&s->max_in_flight_events, 1, kMostInFlight)},
      {"max-in-flight-bytes", "BYTES",
       "The same of their payloads, each counted with " + std::to_string(kEventOverhead) +
           " bytes more.",
       Integer(&s->max_in_flight_bytes, 1, InFlightBudget::kMostBytes)},
      {"max-in-flight-per-stream", "EVENTS",
       "Events of one stream whose ack is not written yet; at the limit reading pauses.",
       Integer(&s->stream.events, 1, kMostInFlight)},
      {"max-in-flight-bytes-per-stream", "BYTES",
       "Bytes of one stream's events that wait for Kafka; at the limit reading pauses.",
       Integer(&s->stream.bytes, 1, InFlightBudget::kMostBytes)},
      {"shutdown-timeout-ms", "MS",
       "How long a SIGTERM waits for Kafka to confirm the events already taken.",
       Integer(&s->shutdown_timeout, 0, kDayMs)},
  };
}

std::string Help(const std::vector<Flag>& flags) {
  std::string text =
      "Usage: keystone-ingestd --bootstrap-servers HOST:PORT --schema-version-id UUID [flags]\n\n"
      "Takes order events over gRPC (keystone.ingest.v1.IngestionService) and answers each\n"
      "one when Kafka has confirmed it. Stops cleanly on SIGTERM or SIGINT.\n\n";
  for (const Flag& flag : flags) {
    text += "  --" + flag.name + " " + flag.value_name +
            (flag.setting.standard.empty() ? "  (required)"
                                           : "  (default " + flag.setting.standard + ")");
    std::string indented = "\n      ";
    for (char c : flag.help) indented += c == '\n' ? "\n      " : std::string(1, c);
    text += indented + "\n";
  }
  return text +
         "\nExit codes: 0 stopped on request, 1 cannot run (address, Kafka), 2 wrong flags.\n";
}

std::optional<std::string> Apply(Flag& flag, const std::string& value) {
  flag.given = true;
  if (const auto allowed = flag.setting.set(value)) {
    return "--" + flag.name + " is \"" + value + "\": must be " + *allowed;
  }
  return std::nullopt;
}

Flag* Find(std::vector<Flag>& flags, std::string_view name) {
  for (Flag& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

// Applies the arguments; what is wrong with the first bad one, if any is.
std::optional<std::string> ApplyAll(std::vector<Flag>& flags,
                                    std::span<const char* const> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    const size_t equals = argument.find('=');
    Flag* flag =
        argument.starts_with("--") ? Find(flags, argument.substr(0, equals).substr(2)) : nullptr;
    if (flag == nullptr) return "unknown flag \"" + argument + "\"; --help lists them all";
    if (equals == std::string::npos && ++i == arguments.size()) {
      return "--" + flag->name + " needs a value (" + flag->value_name + ")";
    }
    const std::string value =
        equals == std::string::npos ? arguments[i] : argument.substr(equals + 1);
    if (auto error = Apply(*flag, value)) return error;
  }
  return std::nullopt;
}

std::optional<std::string> Complete(const std::vector<Flag>& flags,
                                    const ServerSettings& settings) {
  for (const Flag& flag : flags) {
    if (flag.setting.standard.empty() && !flag.given) {
      return "--" + flag.name + " " + flag.value_name + " is required; --help says more";
    }
  }
  if (settings.kafka.linger_ms >= settings.kafka.delivery_timeout_ms) {
    return "--linger-ms is " + std::to_string(settings.kafka.linger_ms) +
           ": must be below --delivery-timeout-ms, which is " +
           std::to_string(settings.kafka.delivery_timeout_ms);
  }
  // Else the largest event would never find room.
  const int64_t largest = static_cast<int64_t>(settings.rules.max_event_bytes) + kEventOverhead;
  if (settings.max_in_flight_bytes < largest) {
    return "--max-in-flight-bytes is " + std::to_string(settings.max_in_flight_bytes) +
           ": must be at least " + std::to_string(largest) + ", which is --max-event-bytes and " +
           std::to_string(kEventOverhead) + " more";
  }
  return std::nullopt;
}

}  // namespace

ParsedFlags ParseFlags(std::span<const char* const> arguments) {
  ServerSettings settings;
  std::vector<Flag> flags = FlagsInto(&settings);
  for (const char* argument : arguments) {
    if (std::string_view(argument) == "--help") return HelpText{Help(flags)};
  }
  if (auto error = ApplyAll(flags, arguments)) return FlagError{*error};
  if (auto error = Complete(flags, settings)) return FlagError{*error};
  return settings;
}

}  // namespace keystone::ingestd
