#include "outcome.h"

#include <utility>

namespace keystone::ingestd {
namespace {

using ingest::v1::OUTCOME_FAILED;
using ingest::v1::OUTCOME_OK;
using ingest::v1::OUTCOME_UNKNOWN;

// Room is made within milliseconds when Kafka answers, so a client may be back
// soon; a broker that does not answer needs longer.
constexpr uint32_t kNoRoomRetryMs = 100;
constexpr uint32_t kKafkaDownRetryMs = 1000;

constexpr size_t kQuotedBytes = 60;

grpc::StatusCode CodeOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return grpc::StatusCode::INVALID_ARGUMENT;
    default:
      return grpc::StatusCode::UNAVAILABLE;
  }
}

EventResult Refuse(Refusal refusal, grpc::StatusCode code, std::string message,
                   uint32_t retry_after_ms = 0) {
  EventResult result;
  result.outcome = OUTCOME_FAILED;
  result.code = code;
  result.message = std::move(message);
  result.retry_after_ms = retry_after_ms;
  result.refusal = refusal;
  return result;
}

EventResult Failure(ingest::v1::Outcome outcome, rd_kafka_resp_err_t error, std::string message) {
  EventResult result;
  result.outcome = outcome;
  result.code = CodeOf(error);
  result.message = std::move(message);
  if (result.code != grpc::StatusCode::INVALID_ARGUMENT) result.retry_after_ms = kKafkaDownRetryMs;
  return result;
}

}  // namespace

EventResult Invalid(std::string message) {
  return Refuse(Refusal::kInvalid, grpc::StatusCode::INVALID_ARGUMENT, std::move(message));
}

EventResult Malformed(std::string_view message_type) {
  return Refuse(Refusal::kMalformed, grpc::StatusCode::INVALID_ARGUMENT,
                "the request is not a valid " + std::string(message_type) +
                    ": every text in it must be UTF-8");
}

EventResult BatchTooLong(size_t events, size_t most) {
  return Invalid("the batch has " + std::to_string(events) + " events: allowed are up to " +
                 std::to_string(most));
}

EventResult Unauthenticated() {
  return Refuse(Refusal::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED,
                "the call needs metadata \"authorization: Bearer TOKEN\" with a token that the "
                "server knows");
}

EventResult RateLimited(int64_t retry_after_ns) {
  constexpr int64_t kNsPerMs = 1'000'000;
  return Refuse(Refusal::kRateLimited, grpc::StatusCode::RESOURCE_EXHAUSTED,
                "more events a second than a client may send "
                "(--max-events-per-second-per-client); the event was not taken",
                static_cast<uint32_t>(retry_after_ns / kNsPerMs + 1));
}

EventResult ShuttingDown() {
  return Refuse(Refusal::kShuttingDown, grpc::StatusCode::UNAVAILABLE,
                "the server is shutting down; the event was not taken");
}

EventResult NoRoom() {
  return Refuse(Refusal::kNoRoom, grpc::StatusCode::RESOURCE_EXHAUSTED,
                "as many events wait for Kafka as may (--max-in-flight-events, "
                "--max-in-flight-bytes); the event was not taken",
                kNoRoomRetryMs);
}

EventResult NoRoomForAcks() {
  return Refuse(Refusal::kNoRoom, grpc::StatusCode::RESOURCE_EXHAUSTED,
                "as many acks of batches are under way as may be; none of the batch was taken",
                kNoRoomRetryMs);
}

EventResult TooManyStreams(int most) {
  return Refuse(Refusal::kNoRoom, grpc::StatusCode::RESOURCE_EXHAUSTED,
                "as many streams are open as may be: " + std::to_string(most), kNoRoomRetryMs);
}

EventResult NotQueued(rd_kafka_resp_err_t error, std::string_view topic) {
  EventResult result = Failure(
      OUTCOME_FAILED, error,
      "the event was not queued for topic " + std::string(topic) + ": " + rd_kafka_err2str(error));
  result.refusal = Refusal::kNotQueued;
  return result;
}

EventResult Delivered(const rd_kafka_message_t& report) {
  const rd_kafka_msg_status_t status = rd_kafka_message_status(&report);
  if (status == RD_KAFKA_MSG_STATUS_PERSISTED) {
    EventResult result;
    result.outcome = OUTCOME_OK;
    result.partition = report.partition;
    result.offset = report.offset;
    return result;
  }
  const bool certainly_not_there = status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
  return Failure(
      certainly_not_there ? OUTCOME_FAILED : OUTCOME_UNKNOWN, report.err,
      std::string(certainly_not_there ? "the event is not in Kafka: "
                                      : "the event was sent, but Kafka did not confirm it: ") +
          rd_kafka_err2str(report.err));
}

void FillAck(const EventResult& result, uint64_t seq, ingest::v1::EventAck* ack) {
  ack->set_seq(seq);
  ack->set_outcome(result.outcome);
  ack->set_code(result.code);
  ack->set_message(result.message);
  ack->set_partition(result.partition);
  ack->set_offset(result.offset);
  ack->set_retry_after_ms(result.retry_after_ms);
}

grpc::Status ToStatus(const EventResult& result, grpc::CallbackServerContext* context) {
  if (result.outcome == OUTCOME_OK) return grpc::Status::OK;
  context->AddTrailingMetadata("keystone-outcome",
                               result.outcome == OUTCOME_FAILED ? "failed" : "unknown");
  if (result.retry_after_ms > 0) {
    context->AddTrailingMetadata("retry-after-ms", std::to_string(result.retry_after_ms));
  }
  return grpc::Status(result.code, result.message);
}

std::string Quoted(std::string_view value) {
  const bool cut = value.size() > kQuotedBytes;
  size_t size = cut ? kQuotedBytes : value.size();
  // Not in the middle of a character: a byte 10xxxxxx continues the one before it.
  while (cut && size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
  std::string text = "\"";
  for (char c : value.substr(0, size)) text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return text + (cut ? "...\"" : "\"");
}

}  // namespace keystone::ingestd
