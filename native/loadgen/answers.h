#pragma once

#include <grpcpp/client_context.h>

#include <optional>

#include "keystone/ingest/v1/ingestion.pb.h"
#include "send_log.h"

namespace keystone::loadgen {

// What an answer says of an event: an ack, or the trailer of a refused call,
// which may say nothing.
Outcome OutcomeOf(ingest::v1::Outcome outcome);
std::optional<Outcome> OutcomeOf(const grpc::ClientContext& refused);

}  // namespace keystone::loadgen
