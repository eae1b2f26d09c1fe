#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "keystone/ingest/v1/ingestion.pb.h"

namespace keystone::ingestd {

// Why an event was refused before Kafka.
enum class Refusal : uint8_t {
  kNone,  // taken
  kInvalid,
  kMalformed,
  kUnauthenticated,
  kRateLimited,
  kNoRoom,
  kNotQueued,
  kShuttingDown,
};

// What became of one event. Every refusal and every delivery report of the
// server is made by one of the functions below, so this file is the whole list
// of answers a client can get:
//
//   refused before Kafka  INVALID_ARGUMENT     failed   fix the event
//                         RESOURCE_EXHAUSTED   failed   retry after the hint
//                         UNAUTHENTICATED      failed   send a token that is known
//                         UNAVAILABLE          failed   shutting down: retry elsewhere;
//                                                       not queued: retry
//   reported by Kafka     OK                   ok
//                         DEADLINE_EXCEEDED    failed or unknown, as librdkafka knows it
//                         INVALID_ARGUMENT     failed   too large for the topic
//                         UNAVAILABLE          failed or unknown, as librdkafka knows it
struct EventResult {
  ingest::v1::Outcome outcome = ingest::v1::OUTCOME_UNSPECIFIED;
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;          // empty for OK
  uint32_t retry_after_ms = 0;  // 0: no hint
  int32_t partition = 0;
  int64_t offset = 0;
  Refusal refusal = Refusal::kNone;
};

// The event itself is wrong; `message` says field, value and what is allowed.
EventResult Invalid(std::string message);

// The request is not a message of this type at all.
EventResult Malformed(std::string_view message_type);

// The request is a batch of more events than may be in one.
EventResult BatchTooLong(size_t events, size_t most);

// The call carries no token that is known.
EventResult Unauthenticated();

// The client has sent more than its share, and may send again so much later.
EventResult RateLimited(int64_t retry_after_ns);

// The server takes no more events.
EventResult ShuttingDown();

// As many events wait for Kafka as may.
EventResult NoRoom();

// As many acks of batches are under way as may be.
EventResult NoRoomForAcks();

// As many streams are open as may be.
EventResult TooManyStreams(int most);

// librdkafka would not queue the event; it is certainly not in Kafka.
EventResult NotQueued(rd_kafka_resp_err_t error, std::string_view topic);

// What a delivery report says. Whether a failed event may be in Kafka all the
// same is librdkafka's message status and nothing else: the error code of a
// time-out is the same for an event that never left and one that was sent but
// not answered. An event that Kafka knew from an earlier try of the producer is
// OK with offset -1: it is in the log, but the broker no longer says where.
EventResult Delivered(const rd_kafka_message_t& report);

void FillAck(const EventResult& result, uint64_t seq, ingest::v1::EventAck* ack);

// The status of a unary call; for anything but OK also its trailers
// keystone-outcome and, with a hint, retry-after-ms.
grpc::Status ToStatus(const EventResult& result, grpc::CallbackServerContext* context);

// `value` in quotes, cut to a length fit for an error message, on one line and
// still valid UTF-8.
std::string Quoted(std::string_view value);

}  // namespace keystone::ingestd
