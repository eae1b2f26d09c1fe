#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace keystone::loadgen {

// Stands for null among numbers.
constexpr int64_t kNull = std::numeric_limits<int64_t>::min();

// Events ready to send, their payloads one after the other.
class EventBlock {
 public:
  // `price_cents` is kNull for an order without items; a spoilt event was made
  // unreadable on purpose.
  void Append(std::string_view payload, int64_t price_cents, bool spoilt) {
    bytes_.append(payload);
    Close(price_cents, spoilt);
  }

  // For one who writes the payload in place: append to Bytes(), then Close.
  std::string& Bytes() { return bytes_; }
  void Close(int64_t price_cents, bool spoilt) {
    ends_.push_back(bytes_.size());
    price_cents_.push_back(price_cents);
    spoilt_.push_back(spoilt);
  }

  size_t size() const { return ends_.size(); }
  size_t bytes() const { return bytes_.size(); }
  std::string_view Payload(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  int64_t PriceCents(size_t i) const { return price_cents_[i]; }
  bool Spoilt(size_t i) const { return spoilt_[i] != 0; }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
  std::vector<int64_t> price_cents_;
  std::vector<uint8_t> spoilt_;
};

}  // namespace keystone::loadgen
