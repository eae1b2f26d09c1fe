#include "ingest_fixture.h"

#include <grpcpp/create_channel.h>

namespace keystone::ingestd {

constexpr std::chrono::seconds kLongerThanAnyTest{60};

EventRequest Event(uint64_t seq) {
  EventRequest event;
  event.set_payload_json(R"({"order_id": "order-)" + std::to_string(seq) + R"("})");
  event.set_producer("test");
  event.set_seq(seq);
  return event;
}

EventRequest BadEvent(uint64_t seq) {
  EventRequest event = Event(seq);
  event.set_payload_json("not JSON");
  return event;
}

std::unique_ptr<grpc::ClientContext> NewContext() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + kLongerThanAnyTest);
  context->set_wait_for_ready(true);
  return context;
}

std::string Trailer(const grpc::ClientContext& context, const std::string& name) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(name);
  if (found == trailers.end()) return "";
  return std::string(found->second.data(), found->second.size());
}

EventAck ClientStream::Read() {
  EventAck ack;
  return stream_->Read(&ack) ? ack : EventAck();
}

grpc::Status ClientStream::Finish() {
  EventAck ack;
  while (stream_->Read(&ack)) {
  }
  return stream_->Finish();
}

IngestTest::IngestTest() {
  settings.listen = "127.0.0.1:0";
  settings.kafka.bootstrap_servers = kafka.bootstrap_servers();
  settings.kafka.topic = MockKafka::kTopic;
  settings.rules.default_schema_version = *ParseSchemaVersionId(kDefaultSchemaVersion);
}

void IngestTest::StartServer() {
  std::string error;
  server = IngestServer::Start(settings, &error);
  ASSERT_TRUE(server) << error;
  channel = grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
  stub = ingest::v1::IngestionService::NewStub(channel);
}

grpc::Status IngestTest::Send(const EventRequest& event, ingest::v1::EventResponse* response,
                              grpc::ClientContext* context) {
  return stub->SendEvent(context, event, response);
}

}  // namespace keystone::ingestd
