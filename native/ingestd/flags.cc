#include "flags.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config_file.h"
#include "flag_list.h"
#include "listen_address.h"

namespace keystone::ingestd {
namespace {

using Flags = std::vector<Flag>;

std::string Help(const Flags& flags) {
  std::string text =
      "Usage: keystone-ingestd --bootstrap-servers HOST:PORT --schema-version-id UUID [flags]\n\n"
      "Takes order events over gRPC (keystone.ingest.v1.IngestionService) and answers each\n"
      "one when Kafka has confirmed it. Stops cleanly on SIGTERM or SIGINT.\n\n";
  for (const Flag& flag : flags) {
    const std::string standard = flag.setting.standard.empty() ? "none" : flag.setting.standard;
    text += "  --" + flag.name + " " + flag.value_name +
            (flag.setting.is_required ? "  (required)" : "  (default " + standard + ")");
    std::string indented = "\n      ";
    for (char c : flag.help) indented += c == '\n' ? "\n      " : std::string(1, c);
    text += indented + "\n";
  }
  return text +
         "\nExit codes: 0 stopped on request, 1 cannot run (address, Kafka), 2 wrong flags.\n";
}

Flag* Find(Flags& flags, std::string_view name) {
  for (Flag& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::optional<std::string> Apply(Flag& flag, const std::string& shown_name,
                                 const std::string& value) {
  flag.given = true;
  if (const auto allowed = flag.setting.set(value)) {
    return shown_name + " is \"" + value + "\": must be " + *allowed;
  }
  return std::nullopt;
}

// Each argument's flag and value; or what is wrong with the first bad one.
std::optional<std::string> Split(Flags& flags, std::span<const char* const> arguments,
                                 std::vector<std::pair<Flag*, std::string>>* found) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    const size_t equals = argument.find('=');
    Flag* flag =
        argument.starts_with("--") ? Find(flags, argument.substr(0, equals).substr(2)) : nullptr;
    if (flag == nullptr) return "unknown flag \"" + argument + "\"; --help lists them all";
    if (equals == std::string::npos && ++i == arguments.size()) {
      return "--" + flag->name + " needs a value (" + flag->value_name + ")";
    }
    found->emplace_back(flag,
                        equals == std::string::npos ? arguments[i] : argument.substr(equals + 1));
  }
  return std::nullopt;
}

std::optional<std::string> ApplyFile(Flags& flags, const std::string& path) {
  const auto read = ReadConfigFile(path);
  if (const auto* error = std::get_if<std::string>(&read)) return *error;
  for (const auto& [number, name, value] : std::get<std::vector<ConfigLine>>(read)) {
    const std::string place = path + ", line " + std::to_string(number) + ": ";
    Flag* flag = name == "config" ? nullptr : Find(flags, name);
    if (flag == nullptr) {
      return place + "unknown setting \"" + name + "\"; keystone-ingestd --help lists them all";
    }
    if (auto error = Apply(*flag, place + name, value)) return error;
  }
  return std::nullopt;
}

// A config file's settings first, whatever the order of the arguments.
std::optional<std::string> ApplyAll(Flags& flags, std::span<const char* const> arguments,
                                    const std::string& config_path) {
  std::vector<std::pair<Flag*, std::string>> found;
  if (auto error = Split(flags, arguments, &found)) return error;
  for (const auto& [flag, value] : found) {
    if (flag->name != "config") continue;
    if (auto error = Apply(*flag, "--config", value)) return error;
    if (auto error = ApplyFile(flags, config_path)) return error;
  }
  for (const auto& [flag, value] : found) {
    if (auto error = Apply(*flag, "--" + flag->name, value)) return error;
  }
  return std::nullopt;
}

std::optional<std::string> CheckAddress(const char* flag, const std::string& address) {
  if (address.empty() || ParseListenAddress(address)) return std::nullopt;
  return std::string(flag) + " is \"" + address + "\": must be of the form HOST:PORT";
}

std::optional<std::string> CheckTogether(const ServerSettings& settings) {
  if (auto error = CheckAddress("--listen", settings.listen)) return error;
  if (auto error = CheckAddress("--metrics-listen", settings.metrics_listen)) return error;
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
  if (settings.tls.cert.empty() != settings.tls.key.empty()) {
    return "--tls-cert and --tls-key: one needs the other";
  }
  if (!settings.tls.client_ca.empty() && settings.tls.cert.empty()) {
    return "--tls-client-ca needs --tls-cert and --tls-key";
  }
  if (settings.kafka.security.cert.empty() != settings.kafka.security.key.empty()) {
    return "--kafka-cert and --kafka-key: one needs the other";
  }
  const bool is_sasl = settings.kafka.security.protocol.starts_with("sasl");
  if (is_sasl && (settings.kafka.security.sasl_username.empty() ||
                  settings.kafka.security.sasl_password_file.empty())) {
    return "--kafka-security is " + settings.kafka.security.protocol +
           ": needs --kafka-sasl-username and --kafka-sasl-password-file";
  }
  if (!is_sasl && !(settings.kafka.security.sasl_username.empty() &&
                    settings.kafka.security.sasl_password_file.empty())) {
    return "--kafka-sasl-username and --kafka-sasl-password-file: need --kafka-security "
           "sasl_plaintext or sasl_ssl";
  }
  return std::nullopt;
}

std::optional<std::string> Complete(const Flags& flags, const ServerSettings& settings) {
  for (const Flag& flag : flags) {
    if (flag.setting.is_required && !flag.given) {
      return "--" + flag.name + " " + flag.value_name + " is required; --help says more";
    }
  }
  return CheckTogether(settings);
}

}  // namespace

ParsedFlags ParseFlags(std::span<const char* const> arguments) {
  ServerSettings settings;
  std::string config_path;
  Flags flags = FlagsInto(&settings, &config_path);
  for (const char* argument : arguments) {
    const std::string_view text = argument;
    if (text == "--help" || text == "-h") return HelpText{Help(flags)};
  }
  if (auto error = ApplyAll(flags, arguments, config_path)) return FlagError{*error};
  if (auto error = Complete(flags, settings)) return FlagError{*error};
  return settings;
}

}  // namespace keystone::ingestd
