#include "order_generator.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace keystone::loadgen {
namespace {

// All orders are alike but for their ids.
OrderProfile PlainProfile() {
  const QuantileTable hour{{-1, 1}, {1, 1}};
  const Popularity ids{{2, 4}, {0.5, 1}};
  OrderProfile profile;
  profile.statuses = {{"delivered", 1, 0, 0, 0, 0}};
  profile.states = {"SP"};
  profile.state_weights = {1};
  profile.weekday_hour_weights = std::vector<double>(168, 1);
  profile.item_counts = {2};
  profile.item_count_weights = {1};
  profile.repeated_item = 0;
  profile.same_seller = 0;
  profile.price = {{-1, 1}, {35.9, 35.9}};
  profile.price_endings = {90};
  profile.price_ending_weights = {1, 0};
  profile.freight = {{-1, 1}, {0.05, 0.05}};
  profile.freight_with_price = 0;
  profile.products = ids;
  profile.sellers = ids;
  profile.payment_types = {"boleto"};
  profile.payment_weights = {1};
  profile.without_payment = 0;
  profile.payment_differs = 0;
  profile.payment_differs_at_most_cents = 1;
  profile.hours_to_approval = profile.hours_to_carrier = profile.hours_to_customer = hour;
  profile.hours_to_estimate = {{-1, 1}, {48, 48}};
  profile.estimate_with_delivery = 0;
  return profile;
}

OrderPlan PlainPlan() {
  OrderPlan plan;
  plan.first_day = 17'675;  // 2018-05-24
  plan.day_weights = {1};
  plan.now = 1'527'169'500;  // 2018-05-24 13:45:00
  return plan;
}

EventBlock Make(const OrderProfile& profile, const OrderPlan& plan, size_t count = 1) {
  EventBlock block;
  OrderGenerator(profile, plan).Append(count, &block);
  return block;
}

// From the state on: what stands before it are random ids.
std::string Tail(const EventBlock& block) {
  const std::string payload(block.Payload(0));
  return payload.substr(payload.find(",\"customer_state\""),
                        payload.find("\"items\"") - payload.find(",\"customer_state\""));
}

TEST(OrderGenerator, WritesAnOrderToTheCent) {
  const EventBlock block = Make(PlainProfile(), PlainPlan());
  EXPECT_EQ(Tail(block),
            ",\"customer_state\":\"SP\",\"order_status\":\"delivered\","
            "\"order_purchase_timestamp\":\"2018-05-24 13:45:00\","
            "\"order_approved_at\":\"2018-05-24 14:45:00\","
            "\"order_delivered_carrier_date\":\"2018-05-24 15:45:00\","
            "\"order_delivered_customer_date\":\"2018-05-24 16:45:00\","
            "\"order_estimated_delivery_date\":\"2018-05-27 00:00:00\","
            "\"price\":71.80,\"freight_value\":0.10,\"payment_type\":\"boleto\","
            "\"payment_value\":71.90,");
  EXPECT_EQ(block.PriceCents(0), 7180);
  EXPECT_FALSE(block.Spoilt(0));
}

TEST(OrderGenerator, LeavesOutWhatTheStatusLacks) {
  OrderProfile profile = PlainProfile();
  profile.statuses = {{"created", 1, 1, 1, 1, 1}};
  const EventBlock block = Make(profile, PlainPlan());
  EXPECT_EQ(Tail(block),
            ",\"customer_state\":\"SP\",\"order_status\":\"created\","
            "\"order_purchase_timestamp\":\"2018-05-24 13:45:00\",\"order_approved_at\":null,"
            "\"order_delivered_carrier_date\":null,\"order_delivered_customer_date\":null,"
            "\"order_estimated_delivery_date\":\"2018-05-27 00:00:00\",\"price\":null,"
            "\"freight_value\":null,\"payment_type\":\"boleto\",\"payment_value\":71.90,");
  EXPECT_TRUE(block.Payload(0).ends_with("\"items\":[]}"));
  EXPECT_EQ(block.PriceCents(0), kNull);
}

TEST(OrderGenerator, GoesOnWhereItWasAndRepeatsForTheSameSeed) {
  OrderGenerator one(PlainProfile(), PlainPlan()), same(PlainProfile(), PlainPlan());
  EventBlock at_once, in_parts;
  one.Append(5, &at_once);
  same.Append(2, &in_parts);
  same.Append(3, &in_parts);
  ASSERT_EQ(in_parts.size(), 5u);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(at_once.Payload(i), in_parts.Payload(i));
  EXPECT_NE(at_once.Payload(0), at_once.Payload(1));
}

TEST(OrderGenerator, MakesAsManyBadRowsAsAskedFor) {
  OrderPlan plan = PlainPlan();
  plan.bad_shares[static_cast<size_t>(BadRow::kBadTimestamp)] = 0.25;
  plan.bad_shares[static_cast<size_t>(BadRow::kNullCustomer)] = 0.25;
  const EventBlock block = Make(PlainProfile(), plan, 4000);
  int spoilt = 0, without_customer = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    spoilt += block.Spoilt(i);
    without_customer += block.Payload(i).find("\"customer_id\":null") != std::string_view::npos;
  }
  EXPECT_NEAR(spoilt, 1000, 150);
  EXPECT_NEAR(without_customer, 1000, 150);
}

TEST(OrderGenerator, RefusesWhatCannotBeDrawnFrom) {
  OrderProfile short_list = PlainProfile();
  short_list.states = {"SP", "RJ"};
  EXPECT_THROW(Make(short_list, PlainPlan()), std::invalid_argument);
  OrderProfile short_week = PlainProfile();
  short_week.weekday_hour_weights.pop_back();
  EXPECT_THROW(Make(short_week, PlainPlan()), std::invalid_argument);
  OrderPlan no_day = PlainPlan();
  no_day.day_weights.clear();
  EXPECT_THROW(Make(PlainProfile(), no_day), std::invalid_argument);
  OrderPlan all_bad = PlainPlan();
  all_bad.bad_shares.fill(0.5);
  EXPECT_THROW(Make(PlainProfile(), all_bad), std::invalid_argument);
}

}  // namespace
}  // namespace keystone::loadgen
