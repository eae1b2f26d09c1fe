#include "transport.h"

namespace keystone::loadgen {

ingest::v1::EventRequest ToRequest(const DueEvent& event, const std::string& producer) {
  ingest::v1::EventRequest request;
  request.set_payload_json(event.payload.data(), event.payload.size());
  request.set_producer(producer);
  request.set_seq(event.seq);
  request.set_intended_ns(event.intended_ns);
  return request;
}

}  // namespace keystone::loadgen
