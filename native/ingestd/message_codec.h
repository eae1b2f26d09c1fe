#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "keystone/ingest/v1/ingestion.pb.h"

namespace keystone::ingestd {

// The calls read and write raw bytes and parse them here, because gRPC's own
// parsing hides a malformed request: a unary client would be told
// UNIMPLEMENTED, and a stream would see its input end as if the client had
// closed it, and answer OK.

// False if the bytes are not such a message. A string field that is not valid
// UTF-8 is the usual reason: protobuf refuses it, though C++ clients send it.
bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

// The seq of an EventRequest that Parse refused; nothing if the bytes are not
// even fields, or have none (a seq of 0 is not sent).
std::optional<uint64_t> SeqOfMalformed(const grpc::ByteBuffer& bytes);

// How many events a BatchRequest has, without the memory that parsing them takes;
// nothing if the bytes are not even fields.
std::optional<size_t> CountEvents(const grpc::ByteBuffer& batch);

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message);

}  // namespace keystone::ingestd
