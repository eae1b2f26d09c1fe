#include "order_generator.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace keystone::loadgen {
namespace {

constexpr int kHoursPerWeek = 7 * 24;
constexpr LocalSeconds kDistantPurchase = 32'503'680'000;  // 3000-01-01

Quantiles Make(const QuantileTable& table) { return Quantiles(table.z_scores, table.values); }

template <typename T, typename Weight>
Choice ChoiceAmong(const std::vector<T>& among, Weight weight) {
  std::vector<double> weights;
  for (const T& one : among) weights.push_back(weight(one));
  return Choice(weights);
}

std::vector<Choice> HoursByWeekday(const std::vector<double>& weights) {
  if (weights.size() != kHoursPerWeek) throw std::invalid_argument("a week has 168 hours");
  std::vector<Choice> hours;
  for (auto day = weights.begin(); day != weights.end(); day += 24) {
    hours.emplace_back(std::vector<double>(day, day + 24));
  }
  return hours;
}

void AppendHex(uint64_t bits, std::string* text) {
  char digits[16];
  for (int i = 15; i >= 0; --i, bits >>= 4) digits[i] = "0123456789abcdef"[bits & 15];
  text->append(digits, sizeof digits);
}

void AppendCents(int64_t cents, std::string* text) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, cents / 100).ptr;
  text->append(digits, static_cast<size_t>(end - digits));
  const char decimals[] = {'.', static_cast<char>('0' + cents % 100 / 10),
                           static_cast<char>('0' + cents % 10)};
  text->append(decimals, sizeof decimals);
}

void AppendDate(std::string_view field, std::optional<LocalSeconds> at, std::string* text) {
  text->append(field);
  if (!at) {
    text->append("null");
    return;
  }
  text->push_back('"');
  AppendTimestamp(*at, text);
  text->push_back('"');
}

// Spreads neighbouring numbers over all 64 bits: the finalizer of SplitMix64
// (G. L. Steele et al. 2014).
uint64_t Mix(uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

}  // namespace

OrderGenerator::Ids::Ids(const Popularity& popularity, uint64_t salt)
    : ends_(popularity.ids),
      segment_([&] {
        std::vector<double> weights = popularity.shares;
        for (size_t i = weights.size(); i-- > 1;) weights[i] -= weights[i - 1];
        if (weights.size() != popularity.ids.size() ||
            !std::is_sorted(popularity.ids.begin(), popularity.ids.end())) {
          throw std::invalid_argument("popularity must rise from id to id");
        }
        return Choice(weights);
      }()),
      salt_(salt) {}

uint64_t OrderGenerator::Ids::Draw(Random& random) const {
  const size_t segment = segment_.Draw(random);
  const uint32_t begin = segment == 0 ? 0 : ends_[segment - 1];
  return begin + random.Below(std::max<uint64_t>(1, ends_[segment] - begin));
}

void OrderGenerator::Ids::Append(uint64_t id, std::string* text) const {
  AppendHex(Mix(salt_ + 2 * id), text);
  AppendHex(Mix(salt_ + 2 * id + 1), text);
}

OrderGenerator::OrderGenerator(const OrderProfile& profile, const OrderPlan& plan)
    : random_(plan.seed),
      id_salt_{Mix(plan.id_salt), Mix(~plan.id_salt)},
      status_(ChoiceAmong(profile.statuses, [](const StatusProfile& s) { return s.weight; })),
      states_(profile.states),
      state_(profile.state_weights),
      first_day_(plan.first_day),
      day_(plan.day_weights),
      now_(plan.now),
      hour_by_weekday_(HoursByWeekday(profile.weekday_hour_weights)),
      item_counts_(profile.item_counts),
      item_count_(profile.item_count_weights),
      repeated_item_(profile.repeated_item),
      same_seller_(profile.same_seller),
      price_(Make(profile.price)),
      freight_(Make(profile.freight)),
      price_endings_(profile.price_endings),
      price_ending_(profile.price_ending_weights),
      freight_with_price_(profile.freight_with_price),
      products_(profile.products, 0x70726f64),
      sellers_(profile.sellers, 0x73656c6c00000000),
      payment_types_(profile.payment_types),
      payment_type_(profile.payment_weights),
      without_payment_(profile.without_payment),
      payment_differs_(profile.payment_differs),
      payment_differs_at_most_cents_(profile.payment_differs_at_most_cents),
      hours_to_approval_(Make(profile.hours_to_approval)),
      hours_to_carrier_(Make(profile.hours_to_carrier)),
      hours_to_customer_(Make(profile.hours_to_customer)),
      hours_to_estimate_(Make(profile.hours_to_estimate)),
      estimate_with_delivery_(profile.estimate_with_delivery) {
  for (const StatusProfile& s : profile.statuses) {
    statuses_.push_back(
        {s.name, s.without_approval, s.without_carrier, s.without_delivery, s.without_items});
  }
  const bool fits = profile.state_weights.size() == states_.size() &&
                    profile.item_count_weights.size() == item_counts_.size() &&
                    profile.price_ending_weights.size() == price_endings_.size() + 1 &&
                    profile.payment_weights.size() == payment_types_.size();
  if (!fits) throw std::invalid_argument("a list and its weights differ in length");
  double sum = 0;
  for (size_t kind = 0; kind < bad_up_to_.size(); ++kind) {
    if (!(plan.bad_shares[kind] >= 0)) throw std::invalid_argument("a share is below 0");
    bad_up_to_[kind] = sum += plan.bad_shares[kind];
  }
  if (!(sum <= 1)) throw std::invalid_argument("shares of bad rows add up to more than 1");
}

void OrderGenerator::Append(size_t count, EventBlock* block) {
  for (size_t i = 0; i < count; ++i) AppendOrder(block);
}

void OrderGenerator::AppendOrder(EventBlock* block) {
  std::string& text = block->Bytes();
  const BadRow bad = DrawBadRow();
  const Status& status = statuses_[status_.Draw(random_)];
  const Basket basket = DrawItems(bad);
  const bool has_items = bad == BadRow::kPriceNotPositive || bad == BadRow::kPriceAsText ||
                         random_.Share() >= status.without_items;

  const std::array<uint64_t, 2> own_id = {random_.Bits() ^ id_salt_[0],
                                          random_.Bits() ^ id_salt_[1]};
  const bool repeats = bad == BadRow::kRepeatedVersion && earlier_;
  text.append("{\"order_id\":\"");
  for (const uint64_t bits : repeats ? earlier_->id : own_id) AppendHex(bits, &text);
  text.append("\",\"order_version\":1,\"customer_id\":");
  if (bad == BadRow::kNullCustomer) {
    text.append("null");
  } else {
    text.push_back('"');
    AppendHex(random_.Bits(), &text);
    AppendHex(random_.Bits(), &text);
    text.push_back('"');
  }
  const std::string& state = states_[state_.Draw(random_)];
  text.append(",\"customer_state\":\"").append(bad == BadRow::kUnknownState ? "XX" : state);
  text.append("\",\"order_status\":\"");
  text.append(bad == BadRow::kUnknownStatus ? "lost" : status.name).push_back('"');
  Dates dates = DrawDates(status, bad);
  // In the same day as the one that it repeats, or nobody would compare them.
  if (repeats) dates.Move(earlier_->purchase - dates.purchase);
  AppendDates(dates, bad, &text);
  AppendSums(basket, has_items, bad, &text);
  text.append(",\"items\":[");
  if (has_items) text.append(items_);
  text.append("]}");

  const bool spoilt = bad != BadRow::kNone && kBadRowKinds[static_cast<size_t>(bad)].spoilt;
  if (!spoilt && !repeats) earlier_ = {own_id, dates.purchase};
  block->Close(has_items ? basket.price_cents : kNull, spoilt);
}

BadRow OrderGenerator::DrawBadRow() {
  if (bad_up_to_.back() == 0) return BadRow::kNone;
  const double share = random_.Share();
  const auto* kind = std::upper_bound(bad_up_to_.begin(), bad_up_to_.end(), share);
  return static_cast<BadRow>(kind - bad_up_to_.begin());
}

LocalSeconds OrderGenerator::DrawPurchase() {
  const int64_t day = first_day_ + static_cast<int64_t>(day_.Draw(random_));
  const size_t hour = hour_by_weekday_[static_cast<size_t>(WeekdayOf(day))].Draw(random_);
  return day * kSecondsPerDay + static_cast<int64_t>(hour * 3600 + random_.Below(3600));
}

void OrderGenerator::Dates::Move(LocalSeconds by) {
  purchase += by;
  for (auto* at : {&approved, &carrier, &customer}) {
    if (*at) **at += by;
  }
  estimated += by;
}

OrderGenerator::Dates OrderGenerator::DrawDates(const Status& status, BadRow bad) {
  const auto after = [](LocalSeconds at, const Quantiles& hours, double z) {
    return at + std::llround(hours.At(z) * 3600);
  };
  Dates dates{};
  dates.purchase = now_ ? *now_ : DrawPurchase();
  const LocalSeconds approved = after(dates.purchase, hours_to_approval_, random_.Normal());
  const LocalSeconds carrier = after(approved, hours_to_carrier_, random_.Normal());
  const double far = random_.Normal();
  // One draw for all three: an order that never was approved did not reach the
  // carrier either.
  const double missing = random_.Share();
  if (missing >= status.without_approval) dates.approved = approved;
  if (missing >= status.without_carrier) dates.carrier = carrier;
  // Some orders reach the carrier before they are approved, none the customer
  // before it is purchased.
  if (missing >= status.without_delivery) {
    dates.customer =
        std::max<LocalSeconds>(dates.purchase, after(carrier, hours_to_customer_, far));
  }
  if (bad == BadRow::kDeliveredBeforePurchase) dates.customer = dates.purchase - kSecondsPerDay;
  // Estimates are whole days; the nearest keeps the distribution where it is.
  const double z = random_.Share() < estimate_with_delivery_ ? far : random_.Normal();
  const LocalSeconds estimated = after(dates.purchase, hours_to_estimate_, z) + kSecondsPerDay / 2;
  dates.estimated = estimated / kSecondsPerDay * kSecondsPerDay;
  return dates;
}

OrderGenerator::Basket OrderGenerator::DrawItems(BadRow bad) {
  Basket basket;
  items_.clear();
  size_t begin = 0;
  int64_t price = 0, freight = 0;
  uint64_t seller = 0;
  for (uint32_t left = item_counts_[item_count_.Draw(random_)]; left > 0; --left) {
    if (!items_.empty() && random_.Share() < repeated_item_) {
      const std::string again = items_.substr(begin);
      items_.push_back(',');
      begin = items_.size();
      items_.append(again);
    } else {
      if (items_.empty() || random_.Share() >= same_seller_) seller = sellers_.Draw(random_);
      if (!items_.empty()) items_.push_back(',');
      begin = items_.size();
      const double z = random_.Normal();
      price = bad == BadRow::kPriceNotPositive ? 0 : DrawPriceCents(z);
      const bool together = random_.Share() < freight_with_price_;
      freight = std::llround(100 * freight_.At(together ? z : random_.Normal()));
      items_.append("{\"product_id\":\"");
      products_.Append(products_.Draw(random_), &items_);
      items_.append("\",\"seller_id\":\"");
      sellers_.Append(seller, &items_);
      items_.append("\",\"price\":");
      AppendCents(price, &items_);
      items_.append(",\"freight_value\":");
      AppendCents(freight, &items_);
      items_.push_back('}');
    }
    basket.price_cents += price;
    basket.freight_cents += freight;
  }
  return basket;
}

int64_t OrderGenerator::DrawPriceCents(double z) {
  const int64_t cents = std::llround(100 * price_.At(z));
  const size_t drawn = price_ending_.Draw(random_);
  if (drawn == price_endings_.size()) return cents;
  // The nearest amount that ends so keeps the distribution where it is.
  const int64_t ending = price_endings_[drawn];
  return std::max(ending, (cents - ending + 50) / 100 * 100 + ending);
}

void OrderGenerator::AppendDates(const Dates& dates, BadRow bad, std::string* text) {
  const char* purchase =
      bad == BadRow::kRenamedField ? ",\"purchased_at\":" : ",\"order_purchase_timestamp\":";
  if (bad == BadRow::kBadTimestamp) {
    text->append(purchase).append("\"yesterday\"");
  } else {
    AppendDate(purchase, bad == BadRow::kDistantPurchase ? kDistantPurchase : dates.purchase, text);
  }
  AppendDate(",\"order_approved_at\":", dates.approved, text);
  AppendDate(",\"order_delivered_carrier_date\":", dates.carrier, text);
  AppendDate(",\"order_delivered_customer_date\":", dates.customer, text);
  AppendDate(",\"order_estimated_delivery_date\":", dates.estimated, text);
}

void OrderGenerator::AppendSums(const Basket& basket, bool has_items, BadRow bad,
                                std::string* text) {
  text->append(",\"price\":");
  if (bad == BadRow::kPriceAsText) {
    text->append("\"free\"");
  } else if (has_items) {
    AppendCents(basket.price_cents, text);
  } else {
    text->append("null");
  }
  text->append(",\"freight_value\":");
  has_items ? AppendCents(basket.freight_cents, text) : void(text->append("null"));
  if (random_.Share() < without_payment_) {
    text->append(",\"payment_type\":null,\"payment_value\":null");
    return;
  }
  int64_t paid = basket.price_cents + basket.freight_cents;
  if (random_.Share() < payment_differs_) {
    paid += 1 + static_cast<int64_t>(
                    random_.Below(static_cast<uint64_t>(payment_differs_at_most_cents_)));
  }
  text->append(",\"payment_type\":\"").append(payment_types_[payment_type_.Draw(random_)]);
  text->append("\",\"payment_value\":");
  AppendCents(paid, text);
}

}  // namespace keystone::loadgen
