#pragma once

#include <string>
#include <vector>

#include "ingest_server.h"
#include "setting.h"

namespace keystone::ingestd {

struct Flag {
  std::string name;
  std::string value_name;
  std::string help;
  Setting setting;
  bool given = false;
};

// The flags that change `settings`, whose values so far are the defaults, and the
// one that names a config file.
std::vector<Flag> FlagsInto(ServerSettings* settings, std::string* config_path);

// What an event counts as beside its payload, in --max-in-flight-bytes.
constexpr int64_t kEventOverhead = kValuePrefixBytes + KafkaProducer::kRecordBytes;

}  // namespace keystone::ingestd
