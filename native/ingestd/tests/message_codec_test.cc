#include "message_codec.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

TEST(MessageCodec, ReadsWhatItWrote) {
  ingest::v1::EventRequest sent;
  sent.set_payload_json("{}");
  sent.set_seq(7);
  ingest::v1::EventRequest received;
  ASSERT_TRUE(Parse(Serialize(sent), &received));
  EXPECT_EQ(received.payload_json(), "{}");
  EXPECT_EQ(received.seq(), 7u);
}

TEST(MessageCodec, ReadsTheEmptyMessage) {
  ingest::v1::EventRequest event;
  EXPECT_TRUE(Parse(Serialize(ingest::v1::EventRequest()), &event));
}

TEST(MessageCodec, FindsTheSeqOfAnEventWhoseTextIsNotUtf8) {
  const grpc::ByteBuffer bytes = Bytes(std::string("\x0a\x01\xff\x20\x09", 5));
  ingest::v1::EventRequest event;
  EXPECT_FALSE(Parse(bytes, &event));
  EXPECT_EQ(SeqOfMalformed(bytes), 9u);
}

TEST(MessageCodec, FindsNoSeqInGarbage) {
  const grpc::ByteBuffer bytes = Bytes("\xff\xff\xff");
  ingest::v1::EventRequest event;
  EXPECT_FALSE(Parse(bytes, &event));
  EXPECT_EQ(SeqOfMalformed(bytes), std::nullopt);
}

TEST(MessageCodec, CountsTheEventsOfABatch) {
  ingest::v1::BatchRequest batch;
  EXPECT_EQ(CountEvents(Serialize(batch)), 0u);
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    batch.add_events()->set_payload_json(std::string(seq * 100, 'x'));
    EXPECT_EQ(CountEvents(Serialize(batch)), seq);
  }
}

TEST(MessageCodec, CountsTheEventsOfNothingThatIsNoBatch) {
  for (const std::string bytes : {"\x0a\x05\x01", "\x0a", "\x07", "\x0a\xff\xff\xff\xff\x0f"}) {
    const grpc::Slice slice(bytes);
    EXPECT_EQ(CountEvents(grpc::ByteBuffer(&slice, 1)), std::nullopt);
  }
}

}  // namespace
}  // namespace keystone::ingestd
