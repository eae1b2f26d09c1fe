#include "answers.h"

namespace keystone::loadgen {

Outcome OutcomeOf(ingest::v1::Outcome outcome) {
  if (outcome == ingest::v1::OUTCOME_OK) return Outcome::kOk;
  if (outcome == ingest::v1::OUTCOME_FAILED) return Outcome::kFailed;
  return Outcome::kUnknown;
}

std::optional<Outcome> OutcomeOf(const grpc::ClientContext& refused) {
  const auto& trailers = refused.GetServerTrailingMetadata();
  const auto found = trailers.find("keystone-outcome");
  if (found == trailers.end()) return std::nullopt;
  return found->second == "failed" ? Outcome::kFailed : Outcome::kUnknown;
}

}  // namespace keystone::loadgen
