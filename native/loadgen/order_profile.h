#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keystone::loadgen {

// A distribution by quantiles, each at the z-score of its share.
struct QuantileTable {
  std::vector<double> z_scores;
  std::vector<double> values;
};

// What orders of one status are like; shares of the orders of that status.
struct StatusProfile {
  std::string name;
  double weight;
  double without_approval;
  double without_carrier;
  double without_delivery;
  double without_items;
};

// How unevenly ids are drawn: the share of all draws that the first so many ids
// get, for rising numbers of ids; the last number is that of all ids.
struct Popularity {
  std::vector<uint32_t> ids;
  std::vector<double> shares;
};

// What is known of a set of orders, as figures.
struct OrderProfile {
  std::vector<StatusProfile> statuses;
  std::vector<std::string> states;
  std::vector<double> state_weights;
  std::vector<double> weekday_hour_weights;  // 7 x 24, Monday 0 h first

  std::vector<uint32_t> item_counts;  // of orders that have items
  std::vector<double> item_count_weights;
  double repeated_item;  // share of an order's further items that are the one before once more
  double same_seller;    // share of the others that have its seller
  QuantileTable price;   // of an item, in whole currency
  std::vector<int> price_endings;            // cents
  std::vector<double> price_ending_weights;  // one more: any cents
  QuantileTable freight;
  double freight_with_price;  // share of items whose freight is as far up its scale as the price
  Popularity products;
  Popularity sellers;

  std::vector<std::string> payment_types;  // of an order's first payment
  std::vector<double> payment_weights;
  double without_payment;
  double payment_differs;  // share of orders that paid more than price and freight
  int64_t payment_differs_at_most_cents;

  QuantileTable hours_to_approval;
  QuantileTable hours_to_carrier;   // from approval
  QuantileTable hours_to_customer;  // from the carrier
  QuantileTable hours_to_estimate;  // from purchase
  double estimate_with_delivery;    // share of orders for which it is as far up as the delivery
};

}  // namespace keystone::loadgen
