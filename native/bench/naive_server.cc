// The naive design, as a first version is often written: gRPC's synchronous API,
// and OK as soon as librdkafka has queued the event. Nobody learns whether it
// arrived.
#include <librdkafka/rdkafka.h>

#include <cstdio>

#include "bench.h"
#include "keystone/ingest/v1/ingestion.grpc.pb.h"

namespace keystone::bench {
namespace {

class Naive final : public ingest::v1::IngestionService::Service {
 public:
  Naive(rd_kafka_t* producer, const char* topic) : producer_(producer), topic_(topic) {}

  grpc::Status SendEvent(grpc::ServerContext*, const ingest::v1::EventRequest* event,
                         ingest::v1::EventResponse* response) override {
    const std::string& payload = event->payload_json();
    const auto error = rd_kafka_producev(
        producer_, RD_KAFKA_V_TOPIC(topic_), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(event->key().data(), event->key().size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()), RD_KAFKA_V_END);
    rd_kafka_poll(producer_, 0);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, rd_kafka_err2str(error)};
    }
    response->set_success(true);
    return grpc::Status::OK;
  }

 private:
  rd_kafka_t* const producer_;
  const char* const topic_;
};

int Main(const char* bootstrap_servers, const char* topic) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap_servers, error, sizeof error);
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (producer == nullptr) {
    std::fprintf(stderr, "naive server: %s\n", error);
    return 1;
  }
  Naive service(producer, topic);
  ServeUntilStopped(service);
  rd_kafka_flush(producer, 10'000);
  rd_kafka_destroy(producer);
  return 0;
}

}  // namespace
}  // namespace keystone::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "Usage: %s BOOTSTRAP_SERVERS TOPIC\n", argv[0]);
    return 2;
  }
  return keystone::bench::Main(argv[1], argv[2]);
}
