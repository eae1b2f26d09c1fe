#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <map>
#include <string>
#include <thread>

#include "ingest_fixture.h"

namespace keystone::ingestd {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  bytes.Dump(&slices);
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

// One request, one answer, both as bytes on the wire; empty if it failed.
std::string Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                 const std::string& request) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  const auto context = NewContext();
  const auto call = stub.PrepareUnaryCall(context.get(), method, Bytes(request), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  return status.ok() ? Text(answer) : "";
}

// HealthCheckRequest{service = 1} and HealthCheckResponse{status = 1}.
std::string Health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  const std::string request =
      service.empty() ? "" : "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
  const std::string answer = Call(channel, "/grpc.health.v1.Health/Check", request);
  if (answer == "\x08\x01") return "SERVING";
  return answer == "\x08\x02" ? "NOT_SERVING" : "?";
}

using IngestServerTest = IngestTest;

constexpr char kService[] = "keystone.ingest.v1.IngestionService";

// Whether a service comes to say so before long.
bool ComesToSay(const std::string& wanted, const std::shared_ptr<grpc::Channel>& channel,
                const std::string& service) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (Health(channel, service) != wanted) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

TEST_F(IngestServerTest, SaysThatItServesOnceKafkaAnswers) {
  kafka.Down();
  StartServer();
  EXPECT_EQ(Health(channel, ""), "NOT_SERVING");
  EXPECT_EQ(Health(channel, kService), "NOT_SERVING");
  kafka.Up();
  EXPECT_TRUE(ComesToSay("SERVING", channel, ""));
  EXPECT_TRUE(ComesToSay("SERVING", channel, kService));
}

TEST_F(IngestServerTest, SaysThatItServesNoMoreWhenKafkaIsAwayForLong) {
  StartServer();
  ASSERT_TRUE(ComesToSay("SERVING", channel, kService));
  kafka.Down();
  EXPECT_TRUE(ComesToSay("NOT_SERVING", channel, kService));
}

TEST_F(IngestServerTest, GoesOnWithANewProducerAfterItsOwnHasFailedForGood) {
  StartServer();
  ingest::v1::EventResponse response;
  ASSERT_TRUE(Send(Event(1), &response, NewContext().get()).ok());
  kafka.RefuseProduce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
  const auto first = NewContext();
  ASSERT_EQ(Send(Event(2), &response, first.get()).error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_EQ(Trailer(*first, "keystone-outcome"), "unknown");  // librdkafka does not know
  // Until there is a new one events are refused, as certainly not in Kafka.
  for (bool is_taken = false; !is_taken;) {
    const auto context = NewContext();
    const grpc::Status status = Send(Event(2), &response, context.get());
    is_taken = status.ok();
    if (!is_taken) {
      ASSERT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
      ASSERT_EQ(Trailer(*context, "keystone-outcome"), "failed");
    }
  }
  EXPECT_EQ(kafka.Read(2).size(), 2u);
  EXPECT_TRUE(ComesToSay("SERVING", channel, kService));
}

TEST_F(IngestServerTest, SaysThatItServesNoMoreWhenEitherProducerHasFailedForGood) {
  StartServer();
  ingest::v1::BatchRequest batch;
  *batch.add_events() = Event(1);
  for (const bool is_unary : {true, false}) {
    ASSERT_TRUE(ComesToSay("SERVING", channel, kService));
    kafka.RefuseProduce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1);
    ingest::v1::EventResponse place;
    ingest::v1::BatchResponse acks;
    is_unary ? Send(Event(1), &place, NewContext().get())
             : stub->SendBatch(NewContext().get(), batch, &acks);
    EXPECT_TRUE(ComesToSay("NOT_SERVING", channel, kService)) << is_unary;
  }
}

TEST_F(IngestServerTest, LetsASingleCallWaitForNoOthers) {
  settings.kafka.linger_ms = 8'000;
  StartServer();
  ingest::v1::EventResponse response;
  const auto context = NewContext();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(4));
  EXPECT_TRUE(Send(Event(1), &response, context.get()).ok());
}

// Hashes of the tests of Kafka's own org.apache.kafka.common.utils.Utils.murmur2.
TEST_F(IngestServerTest, PartitionsAsTheJavaClientDoes) {
  StartServer();
  const std::map<std::string, int32_t> hashes = {{"21", -973932308},
                                                 {"foobar", -790332482},
                                                 {"a-little-bit-long-string", -985981536},
                                                 {"a-little-bit-longer-string", -1486304829}};
  for (const auto& [key, hash] : hashes) {
    EventRequest event = Event(1);
    event.set_key(key);
    ingest::v1::EventResponse place;
    ASSERT_TRUE(Send(event, &place, NewContext().get()).ok());
    EXPECT_EQ(place.partition(), (hash & 0x7fffffff) % MockKafka::kPartitions) << key;
  }
}

TEST_F(IngestServerTest, ListsItsServicesByReflection) {
  StartServer();
  const std::string list_services("\x3a\x01*", 3);
  const std::string answer = Call(
      channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services);
  EXPECT_NE(answer.find("keystone.ingest.v1.IngestionService"), std::string::npos);
  EXPECT_NE(answer.find("grpc.health.v1.Health"), std::string::npos);
}

TEST_F(IngestServerTest, RefusesAPortThatIsTaken) {
  StartServer();
  settings.listen = server->address();
  std::string error;
  EXPECT_FALSE(IngestServer::Start(settings, &error));
  EXPECT_EQ(error, "cannot listen on " + settings.listen +
                       ": Address already in use; choose another with --listen");
}

TEST_F(IngestServerTest, RefusesSettingsThatKafkaDoesNotTake) {
  settings.kafka.delivery_timeout_ms = settings.kafka.linger_ms;
  std::string error;
  EXPECT_FALSE(IngestServer::Start(settings, &error));
  EXPECT_NE(error.find("message.timeout.ms"), std::string::npos) << error;
}

TEST_F(IngestServerTest, TakesABatchOfSeveralMegabytes) {
  StartServer();
  ingest::v1::BatchRequest batch;
  for (uint64_t seq = 1; seq <= 8; ++seq) {
    EventRequest* event = batch.add_events();
    event->set_key("k");
    event->set_payload_json(R"({"padding": ")" + std::string(1'000'000, 'x') + "\"}");
  }
  ingest::v1::BatchResponse response;
  ASSERT_TRUE(stub->SendBatch(NewContext().get(), batch, &response).ok());
  ASSERT_EQ(response.acks_size(), 8);
  for (const EventAck& ack : response.acks()) EXPECT_EQ(ack.outcome(), OUTCOME_OK) << ack.message();
}

TEST_F(IngestServerTest, TakesAnEventUpToItsLimitThroughToKafka) {
  settings.rules.max_event_bytes = 3 << 20;
  StartServer();
  EventRequest event = Event(1);
  event.mutable_payload_json()->resize(settings.rules.max_event_bytes, ' ');
  ingest::v1::EventResponse response;
  const auto context = NewContext();
  const grpc::Status status = Send(event, &response, context.get());
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(IngestServerTest, LeavesARequestAboveItsLimitToGrpc) {
  StartServer();
  ingest::v1::BatchRequest batch;
  batch.add_events()->set_payload_json(std::string(17 << 20, ' '));
  ingest::v1::BatchResponse response;
  const auto context = NewContext();
  EXPECT_EQ(stub->SendBatch(context.get(), batch, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Trailer(*context, "keystone-outcome"), "");
}

}  // namespace
}  // namespace keystone::ingestd
