#include "message_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/support/proto_buffer_reader.h>

namespace keystone::ingestd {

using google::protobuf::internal::WireFormatLite;

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) {
  // The reader only walks the buffer, although gRPC's signature says otherwise.
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

std::optional<uint64_t> SeqOfMalformed(const grpc::ByteBuffer& bytes) {
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&bytes));
  google::protobuf::UnknownFieldSet fields;  // knows no string, so minds no UTF-8
  if (!reader.status().ok() || !fields.ParseFromZeroCopyStream(&reader)) return std::nullopt;
  for (int i = fields.field_count() - 1; i >= 0; --i) {  // of several, the last counts
    const google::protobuf::UnknownField& field = fields.field(i);
    if (field.number() == ingest::v1::EventRequest::kSeqFieldNumber &&
        field.type() == google::protobuf::UnknownField::TYPE_VARINT) {
      return field.varint();
    }
  }
  return std::nullopt;
}

std::optional<size_t> CountEvents(const grpc::ByteBuffer& batch) {
  grpc::ProtoBufferReader reader(const_cast<grpc::ByteBuffer*>(&batch));
  if (!reader.status().ok()) return std::nullopt;
  google::protobuf::io::CodedInputStream input(&reader);
  size_t events = 0;
  while (const uint32_t tag = input.ReadTag()) {
    events +=
        WireFormatLite::GetTagFieldNumber(tag) == ingest::v1::BatchRequest::kEventsFieldNumber;
    if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
  }
  return input.ConsumedEntireMessage() ? std::optional(events) : std::nullopt;
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace keystone::ingestd
