#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace keystone::ingestd {

// Why a certificate and a private key, both PEM files, are no pair that a server
// can speak TLS with; empty if they are one.
std::string WhyNoPair(const std::string& cert, const std::string& key);

// Looks each second, in a thread of its own, whether two files are still a pair,
// and logs when they come to be none and when they are one again: gRPC itself
// only lets handshakes fail.
class KeyPairWatch {
 public:
  KeyPairWatch(std::string cert, std::string key);
  ~KeyPairWatch();

  KeyPairWatch(const KeyPairWatch&) = delete;
  KeyPairWatch& operator=(const KeyPairWatch&) = delete;

 private:
  void Watch();

  const std::string cert_;
  const std::string key_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_ending_ = false;  // guarded by mutex_
  std::thread watcher_;
};

}  // namespace keystone::ingestd
