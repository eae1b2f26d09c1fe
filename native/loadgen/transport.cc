#include "transport.h"

#include <grpcpp/support/status.h>

namespace keystone::loadgen {

bool MayGoOut(const Wiring& wiring, int obstacle, uint64_t seq) {
  // First: what waits for another try is open, too, and an outage may be long.
  if (wiring.log.Open() > wiring.max_open) {
    wiring.log.Refuse(seq, grpc::StatusCode::RESOURCE_EXHAUSTED);
    return false;
  }
  if (obstacle != 0) {
    wiring.log.NotSent(seq, obstacle);
    return false;
  }
  return true;
}

ingest::v1::EventRequest ToRequest(const DueEvent& event, const std::string& producer) {
  ingest::v1::EventRequest request;
  request.set_payload_json(event.payload.data(), event.payload.size());
  request.set_producer(producer);
  request.set_seq(event.seq);
  request.set_intended_ns(event.intended_ns);
  return request;
}

}  // namespace keystone::loadgen
