#include "key_pair.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include "log.h"

namespace keystone::ingestd {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::string_view kUnreadable = " cannot be read";

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// Else OpenSSL would ask for it at the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

}  // namespace

std::string WhyNoPair(const std::string& cert, const std::string& key) {
  const File cert_file(std::fopen(cert.c_str(), "r")), key_file(std::fopen(key.c_str(), "r"));
  if (!cert_file || !key_file) return (cert_file ? key : cert) + std::string(kUnreadable);
  const Certificate certificate(PEM_read_X509(cert_file.get(), nullptr, NoPassword, nullptr));
  if (!certificate) return cert + " holds no certificate in PEM";
  const Key own(PEM_read_PrivateKey(key_file.get(), nullptr, NoPassword, nullptr));
  if (!own) return key + " holds no private key in PEM without a password";
  if (X509_check_private_key(certificate.get(), own.get()) == 1) return "";
  return key + " is not the key of the certificate in " + cert;
}

KeyPairWatch::KeyPairWatch(std::string cert, std::string key)
    : cert_(std::move(cert)), key_(std::move(key)), watcher_([this] { Watch(); }) {}

KeyPairWatch::~KeyPairWatch() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  ended_.notify_all();
  watcher_.join();
}

void KeyPairWatch::Watch() {
  std::string told;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kLookEvery, [this] { return is_ending_; })) {
    const std::string why = WhyNoPair(cert_, key_);
    if (why == std::exchange(told, why)) continue;
    if (why.empty()) {
      Log("TLS: certificate and key fit together again");
    } else if (why.ends_with(kUnreadable)) {
      Log("TLS: those read before stay in force: " + why, Severity::kError);
    } else {
      Log("TLS: new connections fail: " + why, Severity::kError);
    }
  }
}

}  // namespace keystone::ingestd
