#pragma once

#include <array>
#include <string_view>

namespace keystone::loadgen {

// What may be wrong with an order on purpose.
enum class BadRow {
  kRenamedField,
  kBadTimestamp,
  kDistantPurchase,
  kPriceAsText,
  kNullCustomer,
  kPriceNotPositive,
  kDeliveredBeforePurchase,
  kUnknownStatus,
  kUnknownState,
  kRepeatedVersion,
  kNone,
};

struct BadRowKind {
  std::string_view name;
  bool spoilt;  // cannot be typed and belongs in quarantine; else a rule of quality fails
};

// By number of BadRow.
inline constexpr std::array<BadRowKind, 10> kBadRowKinds = {{
    {"renamed-field", true},
    {"bad-timestamp", true},
    {"distant-purchase", true},
    {"price-as-text", true},
    {"null-customer", false},
    {"price-not-positive", false},
    {"delivered-before-purchase", false},
    {"unknown-status", false},
    {"unknown-state", false},
    {"repeated-version", false},
}};

}  // namespace keystone::loadgen
