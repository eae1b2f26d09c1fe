#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "event_block.h"
#include "order_generator.h"

namespace py = pybind11;

namespace keystone {
namespace {

using loadgen::BadRow;
using loadgen::EventBlock;
using loadgen::kBadRowKinds;
using loadgen::kNull;
using loadgen::OrderGenerator;
using loadgen::OrderPlan;
using loadgen::OrderProfile;

using Row = std::tuple<std::string, std::optional<int64_t>, bool>;

EventBlock MakeBlock(const std::vector<Row>& rows) {
  EventBlock block;
  for (const auto& [payload, price_cents, spoilt] : rows) {
    block.Append(payload, price_cents.value_or(kNull), spoilt);
  }
  return block;
}

std::vector<Row> Rows(const EventBlock& block) {
  std::vector<Row> rows;
  rows.reserve(block.size());
  for (size_t i = 0; i < block.size(); ++i) {
    const int64_t cents = block.PriceCents(i);
    rows.emplace_back(block.Payload(i), cents == kNull ? std::nullopt : std::optional(cents),
                      block.Spoilt(i));
  }
  return rows;
}

// Payloads as Arrow has them: one after the other, the first from `ends[0]` on.
EventBlock OfBuffers(const py::array_t<int64_t, py::array::c_style>& ends, const py::buffer& data,
                     const py::array_t<int64_t, py::array::c_style>& price_cents) {
  const py::buffer_info bytes = data.request();
  if (ends.size() != price_cents.size() + 1) {
    throw py::value_error("a price for each event, and one end more than events");
  }
  const int64_t* const end = ends.data();
  if (end[0] < 0 || end[ends.size() - 1] > bytes.size * bytes.itemsize ||
      !std::is_sorted(end, end + ends.size())) {
    throw py::value_error("ends must rise, within the data");
  }
  const auto* const begin = static_cast<const char*>(bytes.ptr);
  EventBlock block;
  for (py::ssize_t i = 0; i < price_cents.size(); ++i) {
    block.Append({begin + end[i], static_cast<size_t>(end[i + 1] - end[i])}, price_cents.data()[i],
                 false);
  }
  return block;
}

EventBlock Every(const EventBlock& block, size_t step, size_t first) {
  if (step == 0) throw py::value_error("step is 0: must be 1 or more");
  EventBlock some;
  for (size_t i = first; i < block.size(); i += step) {
    some.Append(block.Payload(i), block.PriceCents(i), block.Spoilt(i));
  }
  return some;
}

template <typename T>
void Take(const py::dict& from, const char* key, T* into) {
  if (!from.contains(key)) throw py::key_error(key);
  *into = from[key].cast<T>();
}

loadgen::QuantileTable TakeQuantiles(const py::dict& from, const char* key) {
  std::pair<std::vector<double>, std::vector<double>> table;
  Take(from, key, &table);
  return {std::move(table.first), std::move(table.second)};
}

loadgen::Popularity TakePopularity(const py::dict& from, const char* key) {
  std::pair<std::vector<uint32_t>, std::vector<double>> table;
  Take(from, key, &table);
  return {std::move(table.first), std::move(table.second)};
}

OrderProfile MakeProfile(const py::dict& from) {
  OrderProfile profile;
  std::vector<std::tuple<std::string, double, double, double, double, double>> statuses;
  Take(from, "statuses", &statuses);
  for (auto& [name, weight, approval, carrier, delivery, items] : statuses) {
    profile.statuses.push_back({std::move(name), weight, approval, carrier, delivery, items});
  }
  Take(from, "states", &profile.states);
  Take(from, "state_weights", &profile.state_weights);
  Take(from, "weekday_hour_weights", &profile.weekday_hour_weights);
  Take(from, "item_counts", &profile.item_counts);
  Take(from, "item_count_weights", &profile.item_count_weights);
  Take(from, "repeated_item", &profile.repeated_item);
  Take(from, "same_seller", &profile.same_seller);
  profile.price = TakeQuantiles(from, "price");
  Take(from, "price_endings", &profile.price_endings);
  Take(from, "price_ending_weights", &profile.price_ending_weights);
  profile.freight = TakeQuantiles(from, "freight");
  Take(from, "freight_with_price", &profile.freight_with_price);
  profile.products = TakePopularity(from, "products");
  profile.sellers = TakePopularity(from, "sellers");
  Take(from, "payment_types", &profile.payment_types);
  Take(from, "payment_weights", &profile.payment_weights);
  Take(from, "without_payment", &profile.without_payment);
  Take(from, "payment_differs", &profile.payment_differs);
  Take(from, "payment_differs_at_most_cents", &profile.payment_differs_at_most_cents);
  profile.hours_to_approval = TakeQuantiles(from, "hours_to_approval");
  profile.hours_to_carrier = TakeQuantiles(from, "hours_to_carrier");
  profile.hours_to_customer = TakeQuantiles(from, "hours_to_customer");
  profile.hours_to_estimate = TakeQuantiles(from, "hours_to_estimate");
  Take(from, "estimate_with_delivery", &profile.estimate_with_delivery);
  return profile;
}

std::unique_ptr<OrderGenerator> MakeGenerator(const py::dict& profile, uint64_t seed,
                                              uint64_t id_salt, int64_t first_day,
                                              std::vector<double> day_weights,
                                              std::optional<int64_t> purchased_at,
                                              const std::vector<double>& bad_shares) {
  OrderPlan plan{seed, id_salt, first_day, std::move(day_weights), purchased_at, {}};
  if (bad_shares.size() != plan.bad_shares.size()) {
    throw std::invalid_argument("a share for each kind of bad row is needed");
  }
  std::copy(bad_shares.begin(), bad_shares.end(), plan.bad_shares.begin());
  return std::make_unique<OrderGenerator>(MakeProfile(profile), plan);
}

EventBlock NextBlock(OrderGenerator& generator, size_t count) {
  EventBlock block;
  generator.Append(count, &block);
  return block;
}

std::vector<std::pair<std::string, bool>> Kinds() {
  std::vector<std::pair<std::string, bool>> kinds;
  for (const auto& kind : kBadRowKinds) kinds.emplace_back(kind.name, kind.spoilt);
  return kinds;
}

}  // namespace

void BindGenerator(py::module_& module) {
  py::class_<EventBlock>(module, "EventBlock")
      .def(py::init(&MakeBlock), py::arg("rows"))
      .def_static("of_buffers", &OfBuffers, py::arg("ends"), py::arg("data"),
                  py::arg("price_cents"))
      .def("__len__", &EventBlock::size)
      .def("rows", &Rows)
      .def("every", &Every, py::arg("step"), py::arg("first"),
           py::call_guard<py::gil_scoped_release>());
  py::class_<OrderGenerator>(module, "OrderGenerator")
      .def(py::init(&MakeGenerator), py::arg("profile"), py::kw_only(), py::arg("seed"),
           py::arg("id_salt"), py::arg("first_day"), py::arg("day_weights"),
           py::arg("purchased_at"), py::arg("bad_shares"))
      .def("next", &NextBlock, py::arg("count"), py::call_guard<py::gil_scoped_release>());
  module.attr("BAD_ROW_KINDS") = Kinds();
}

}  // namespace keystone
