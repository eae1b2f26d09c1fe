#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings.h"
#include "load_engine.h"

namespace py = pybind11;

namespace keystone {
namespace {

using loadgen::EngineSettings;
using loadgen::EventBlock;
using loadgen::EventRow;
using loadgen::LatencyCell;
using loadgen::LoadEngine;

using ReleaseGil = py::call_guard<py::gil_scoped_release>;

loadgen::CallKind ParseCall(const std::string& call) {
  if (call == "stream") return loadgen::CallKind::kStream;
  if (call == "unary") return loadgen::CallKind::kUnary;
  if (call == "batch") return loadgen::CallKind::kBatch;
  throw py::value_error("call is \"" + call + "\": must be stream, unary or batch");
}

// Roots, certificate, key and token; none: in the clear.
using SecurityTexts = std::optional<std::array<std::string, 4>>;

std::optional<loadgen::Security> SecurityOf(const SecurityTexts& texts) {
  if (!texts) return std::nullopt;
  const auto& [roots, certificate, key, token] = *texts;
  return loadgen::Security{roots, certificate, key, token};
}

std::unique_ptr<LoadEngine> MakeEngine(std::string address, const SecurityTexts& security,
                                       std::string producer, const std::string& call,
                                       int64_t batch_events, double batch_linger_s, int connections,
                                       uint64_t share_first, uint64_t share_step, int retries,
                                       int64_t max_open, int64_t in_flight,
                                       double connect_timeout_s, double ack_timeout_s,
                                       int64_t clock_anchor_ns) {
  return std::make_unique<LoadEngine>(EngineSettings{
      .address = std::move(address),
      .security = SecurityOf(security),
      .producer = std::move(producer),
      .call = ParseCall(call),
      .batch = {.events = batch_events, .linger_ns = static_cast<int64_t>(batch_linger_s * 1e9)},
      .connections = connections,
      .share = {.first = share_first, .step = share_step},
      .retries = retries,
      .max_open = max_open,
      .in_flight = in_flight,
      .connect_timeout_s = connect_timeout_s,
      .ack_timeout_s = ack_timeout_s,
      .clock = Clock(clock_anchor_ns),
  });
}

bool Push(LoadEngine& engine, const EventBlock& block,
          const py::array_t<int64_t, py::array::c_style>& due_ns) {
  if (static_cast<size_t>(due_ns.size()) != block.size()) {
    throw std::invalid_argument("a due time for each event");
  }
  std::vector<int64_t> at_ns(due_ns.data(), due_ns.data() + due_ns.size());
  const py::gil_scoped_release release;
  return engine.Push(block, std::move(at_ns));
}

// One field of each element.
template <typename T, typename Element, typename Field>
py::array_t<T> Column(const std::vector<Element>& elements, Field Element::* field) {
  py::array_t<T> column(static_cast<py::ssize_t>(elements.size()));
  T* values = column.mutable_data();
  for (const Element& element : elements) *values++ = static_cast<T>(element.*field);
  return column;
}

py::dict TakeSettled(LoadEngine& engine) {
  std::vector<EventRow> rows;
  {
    const py::gil_scoped_release release;
    rows = engine.log().TakeSettled();
  }
  py::dict columns;
  columns["intended_ns"] = Column<int64_t>(rows, &EventRow::intended_ns);
  columns["offered_ns"] = Column<int64_t>(rows, &EventRow::offered_ns);
  columns["sent_ns"] = Column<int64_t>(rows, &EventRow::sent_ns);
  columns["acked_ns"] = Column<int64_t>(rows, &EventRow::acked_ns);
  columns["outcome"] = Column<int8_t>(rows, &EventRow::outcome);
  columns["code"] = Column<int32_t>(rows, &EventRow::code);
  columns["stream"] = Column<int32_t>(rows, &EventRow::stream);
  columns["partition"] = Column<int32_t>(rows, &EventRow::partition);
  columns["offset"] = Column<int64_t>(rows, &EventRow::offset);
  columns["crc32c"] = Column<int64_t>(rows, &EventRow::crc32c);
  columns["price_cents"] = Column<int64_t>(rows, &EventRow::price_cents);
  columns["spoilt"] = Column<int8_t>(rows, &EventRow::spoilt);
  columns["tries"] = Column<int32_t>(rows, &EventRow::tries);
  return columns;
}

py::tuple Arrays(const std::vector<LatencyCell>& cells) {
  return py::make_tuple(Column<int64_t>(cells, &LatencyCell::second),
                        Column<int64_t>(cells, &LatencyCell::us),
                        Column<int64_t>(cells, &LatencyCell::count));
}

py::tuple TakeProgress(LoadEngine& engine) {
  const loadgen::Progress now = engine.log().TakeProgress();
  return py::make_tuple(now.planned, now.sent, now.ok, now.failed, now.unknown,
                        Arrays(now.latencies));
}

py::dict TakeLatencies(LoadEngine& engine) {
  const loadgen::Latencies some = engine.log().TakeLatencies();
  py::dict series;
  series["ack"] = Arrays(some.ack);
  series["ack_raw"] = Arrays(some.ack_raw);
  series["lateness"] = Arrays(some.lateness);
  return series;
}

std::vector<std::tuple<int64_t, int, py::str>> Breaks(LoadEngine& engine) {
  std::vector<std::tuple<int64_t, int, py::str>> breaks;
  for (const auto& broken : engine.log().Breaks()) {
    // A server may put anything into its details.
    PyObject* details = PyUnicode_DecodeUTF8(
        broken.details.data(), static_cast<py::ssize_t>(broken.details.size()), "replace");
    breaks.emplace_back(broken.at_ns, broken.code, py::reinterpret_steal<py::str>(details));
  }
  return breaks;
}

}  // namespace

void BindEngine(py::module_& module) {
  py::register_exception<loadgen::NoServer>(module, "NoServer", PyExc_ConnectionError);
  py::class_<LoadEngine>(module, "LoadEngine", py::release_gil_before_calling_cpp_dtor())
      .def(py::init(&MakeEngine), py::kw_only(), py::arg("address"), py::arg("security"),
           py::arg("producer"), py::arg("call"), py::arg("batch_events"), py::arg("batch_linger_s"),
           py::arg("connections"), py::arg("share_first"), py::arg("share_step"),
           py::arg("retries"), py::arg("max_open"), py::arg("in_flight"),
           py::arg("connect_timeout_s"), py::arg("ack_timeout_s"), py::arg("clock_anchor_ns"))
      .def("connect", &LoadEngine::Connect, ReleaseGil())
      .def("start_at", &LoadEngine::StartAt, py::arg("start_ns"))
      .def("push", &Push, py::arg("block"), py::arg("due_ns"))
      .def("end", &LoadEngine::End, ReleaseGil())
      .def("stop", &LoadEngine::Stop, ReleaseGil())
      .def("give_up", &LoadEngine::GiveUp, ReleaseGil())
      .def("await_end", &LoadEngine::AwaitEnd, py::arg("timeout_s"), ReleaseGil())
      .def("progress", &TakeProgress)
      .def("take_settled", &TakeSettled)
      .def("take_latencies", &TakeLatencies)
      .def("breaks", &Breaks)
      .def_property_readonly("stray_acks",
                             [](LoadEngine& engine) { return engine.log().StrayAcks(); })
      .def_property_readonly("start_ns",
                             [](LoadEngine& engine) { return engine.log().StartedAt(); })
      .def_property_readonly("payload_bytes", &LoadEngine::payload_bytes)
      .def_property_readonly("stopped", &LoadEngine::stopped);
}

}  // namespace keystone
