#include "flag_list.h"

#include <array>
#include <string_view>

namespace keystone::ingestd {
namespace {

constexpr std::array<std::string_view, 4> kKafkaProtocols = {"plaintext", "ssl", "sasl_plaintext",
                                                             "sasl_ssl"};
constexpr std::array<std::string_view, 3> kSaslMechanisms = {"SCRAM-SHA-256", "SCRAM-SHA-512",
                                                             "PLAIN"};
constexpr std::array<std::string_view, 2> kLogFormats = {"text", "json"};

constexpr int64_t kMostEventBytes = 15 << 20;  // below the largest gRPC request
constexpr int64_t kDayMs = 24 * 3600 * 1000;
constexpr int64_t kMostInFlight = InFlightBudget::kMostEvents;
constexpr int64_t kMostInFlightBytes = InFlightBudget::kMostBytes;

using Flags = std::vector<Flag>;

void AddEventFlags(ServerSettings* s, Flags* flags) {
  flags->insert(
      flags->end(),
      {
          {"bootstrap-servers", "HOST:PORT,...", "Kafka brokers to start from.",
           RequiredText(&s->kafka.bootstrap_servers)},
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
          {"shutdown-timeout-ms", "MS",
           "How long a SIGTERM waits for Kafka to confirm the events already taken.",
           Integer(&s->shutdown_timeout, 0, kDayMs)},
      });
}

void AddLimitFlags(ServerSettings* s, Flags* flags) {
  flags->insert(
      flags->end(),
      {
          {"max-in-flight-events", "EVENTS",
           "Events of all clients that wait for Kafka. Beyond it SendEvent and SendBatch are\n"
           "refused with RESOURCE_EXHAUSTED and a retry hint, and streams are read no further.",
           Integer(&s->max_in_flight_events, 1, kMostInFlight)},
          {"max-in-flight-bytes", "BYTES",
           "The same of their payloads, each counted with " + std::to_string(kEventOverhead) +
               " bytes more.",
           Integer(&s->max_in_flight_bytes, 1, kMostInFlightBytes)},
          {"max-in-flight-per-stream", "EVENTS",
           "Events of one stream whose ack is not written yet; at the limit reading pauses.",
           Integer(&s->stream.events, 1, kMostInFlight)},
          {"max-in-flight-bytes-per-stream", "BYTES",
           "Bytes of one stream's events that wait for Kafka; at the limit reading pauses.",
           Integer(&s->stream.bytes, 1, kMostInFlightBytes)},
          {"max-buffer-bytes", "BYTES",
           "What gRPC may hold of requests that have not come whole, over all clients; beyond it\n"
           "it reads from them more slowly, and refuses new connections in the end.",
           Integer(&s->max_buffer_bytes, 32 << 20, int64_t{1} << 40)},
          {"max-events-per-second-per-client", "EVENTS",
           "Beyond it a client's events are refused with RESOURCE_EXHAUSTED and a retry hint; a\n"
           "second's worth may come at once. A client is a token's name, else a certificate's\n"
           "common name, else an address. 0: no limit.",
           Integer(&s->clients.max_events_per_s, 0, 1'000'000'000)},
      });
}

void AddSecurityFlags(ServerSettings* s, Flags* flags) {
  flags->insert(
      flags->end(),
      {
          {"tls-cert", "FILE",
           "Certificate chain (PEM) to show to clients, with --tls-key. Read again when it\n"
           "changes, as are the two below. None: clients are spoken to in the clear.",
           File(&s->tls.cert)},
          {"tls-key", "FILE", "Its private key (PEM).", File(&s->tls.key)},
          {"tls-client-ca", "FILE",
           "Authorities (PEM), one of which must have signed a client's certificate.",
           File(&s->tls.client_ca)},
          {"bearer-tokens", "FILE",
           "Lines NAME TOKEN; a client must send one of the tokens as \"authorization: Bearer\n"
           "TOKEN\". Read again when it changes.",
           File(&s->clients.tokens_file)},
          {"kafka-security", "PROTOCOL",
           "How Kafka is spoken to: plaintext, ssl, sasl_plaintext or\n"
           "sasl_ssl.",
           Choice(&s->kafka.security.protocol, kKafkaProtocols)},
          {"kafka-ca", "FILE", "Authorities (PEM) for Kafka's certificate. None: the system's.",
           File(&s->kafka.security.ca)},
          {"kafka-cert", "FILE", "Certificate (PEM) to show to Kafka.",
           File(&s->kafka.security.cert)},
          {"kafka-key", "FILE", "Its private key (PEM).", File(&s->kafka.security.key)},
          {"kafka-sasl-mechanism", "NAME", "SCRAM-SHA-256, SCRAM-SHA-512 or PLAIN.",
           Choice(&s->kafka.security.sasl_mechanism, kSaslMechanisms)},
          {"kafka-sasl-username", "NAME", "Who the server is to Kafka.",
           Text(&s->kafka.security.sasl_username)},
          {"kafka-sasl-password-file", "FILE", "Holds the password, and nothing else.",
           File(&s->kafka.security.sasl_password_file)},
      });
}

void AddOutsideFlags(ServerSettings* s, Flags* flags) {
  flags->insert(flags->end(),
                {
                    {"metrics-listen", "HOST:PORT",
                     "Where Prometheus finds the metrics, at /metrics; port 0 takes a free one.",
                     Text(&s->metrics_listen)},
                    {"log-format", "FORMAT", "text, or json: an object a line.",
                     Choice(&s->log_format, kLogFormats)},
                });
}

}  // namespace

std::vector<Flag> FlagsInto(ServerSettings* s, std::string* config_path) {
  Flags flags = {{"config", "FILE",
                  "Lines NAME = VALUE with the names of the flags below; flags go before.",
                  File(config_path)}};
  AddEventFlags(s, &flags);
  AddLimitFlags(s, &flags);
  AddSecurityFlags(s, &flags);
  AddOutsideFlags(s, &flags);
  return flags;
}

}  // namespace keystone::ingestd
