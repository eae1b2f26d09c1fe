#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bad_rows.h"
#include "calendar.h"
#include "event_block.h"
#include "order_profile.h"
#include "sampler.h"

namespace keystone::loadgen {

// Which orders to make.
struct OrderPlan {
  uint64_t seed = 0;
  uint64_t id_salt = 0;             // another one: other ids of orders, else the same orders
  int64_t first_day = 0;            // since 1970, of the first purchases
  std::vector<double> day_weights;  // how many orders on that day and each after it, relatively
  std::optional<LocalSeconds> now;  // when all are purchased instead
  std::array<double, kBadRowKinds.size()> bad_shares{};  // of all orders, by kind
};

// Makes orders that are distributed as a profile says: the same plan gives the
// same orders. One thread at a time.
class OrderGenerator {
 public:
  // Throws std::invalid_argument for a profile or plan that cannot be drawn from.
  OrderGenerator(const OrderProfile& profile, const OrderPlan& plan);

  // Appends the next `count` orders, rendered as the contract's compact JSON.
  void Append(size_t count, EventBlock* block);

 private:
  // Shares of its orders that lack something.
  struct Status {
    std::string name;
    double without_approval, without_carrier, without_delivery, without_items;
  };

  // Draws the rank of an id, the more popular ones more often.
  class Ids {
   public:
    Ids(const Popularity& popularity, uint64_t salt);
    uint64_t Draw(Random& random) const;
    void Append(uint64_t id, std::string* text) const;

   private:
    std::vector<uint32_t> ends_;
    Choice segment_;
    uint64_t salt_;
  };

  struct Dates {
    LocalSeconds purchase;
    std::optional<LocalSeconds> approved, carrier, customer;
    LocalSeconds estimated;
    void Move(LocalSeconds by);  // all of them
  };

  struct Basket {
    int64_t price_cents = 0;
    int64_t freight_cents = 0;
  };

  // An order that went out and can be typed.
  struct Earlier {
    std::array<uint64_t, 2> id;
    LocalSeconds purchase;
  };

  void AppendOrder(EventBlock* block);
  BadRow DrawBadRow();
  LocalSeconds DrawPurchase();
  Dates DrawDates(const Status& status, BadRow bad);
  Basket DrawItems(BadRow bad);
  int64_t DrawPriceCents(double z);
  void AppendDates(const Dates& dates, BadRow bad, std::string* text);
  void AppendSums(const Basket& basket, bool has_items, BadRow bad, std::string* text);

  Random random_;
  std::array<uint64_t, 2> id_salt_;
  std::vector<Status> statuses_;
  Choice status_;
  std::vector<std::string> states_;
  Choice state_;
  int64_t first_day_;
  Choice day_;
  std::optional<LocalSeconds> now_;
  std::vector<Choice> hour_by_weekday_;
  std::vector<uint32_t> item_counts_;
  Choice item_count_;
  double repeated_item_, same_seller_;
  Quantiles price_, freight_;
  std::vector<int> price_endings_;
  Choice price_ending_;
  double freight_with_price_;
  Ids products_, sellers_;
  std::vector<std::string> payment_types_;
  Choice payment_type_;
  double without_payment_, payment_differs_;
  int64_t payment_differs_at_most_cents_;
  Quantiles hours_to_approval_, hours_to_carrier_, hours_to_customer_, hours_to_estimate_;
  double estimate_with_delivery_;
  std::array<double, kBadRowKinds.size()> bad_up_to_{};  // running sums of the shares
  std::string items_;                                    // of the order being made
  std::optional<Earlier> earlier_;                       // the last one of its kind
};

}  // namespace keystone::loadgen
