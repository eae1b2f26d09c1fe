#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
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
using loadgen::LoadEngine;

using ReleaseGil = py::call_guard<py::gil_scoped_release>;

loadgen::CallKind ParseCall(const std::string& call) {
  if (call == "stream") return loadgen::CallKind::kStream;
  if (call == "unary") return loadgen::CallKind::kUnary;
  if (call == "batch") return loadgen::CallKind::kBatch;
  throw py::value_error("call is \"" + call + "\": must be stream, unary or batch");
}

std::unique_ptr<LoadEngine> MakeEngine(std::string address, std::string producer,
                                       const std::string& call, int64_t batch_events,
                                       double batch_linger_s, int connections, int64_t max_open,
                                       int64_t in_flight, double connect_timeout_s,
                                       double ack_timeout_s, int64_t clock_anchor_ns) {
  return std::make_unique<LoadEngine>(EngineSettings{
      .address = std::move(address),
      .producer = std::move(producer),
      .call = ParseCall(call),
      .batch = {.events = batch_events, .linger_ns = static_cast<int64_t>(batch_linger_s * 1e9)},
      .connections = connections,
      .max_open = max_open,
      .in_flight = in_flight,
      .connect_timeout_s = connect_timeout_s,
      .ack_timeout_s = ack_timeout_s,
      .clock = Clock(clock_anchor_ns),
  });
}

bool Push(LoadEngine& engine, const EventBlock& block, const std::vector<int64_t>& due_ns) {
  if (due_ns.size() != block.size()) throw std::invalid_argument("a due time for each event");
  const py::gil_scoped_release release;
  return engine.Push(block, due_ns);
}

template <typename T>
py::array_t<T> Array(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

// One column of the log.
template <typename T, typename Field>
py::array_t<T> Column(const LoadEngine& engine, Field field) {
  const int64_t rows = engine.log().Planned();
  py::array_t<T> column(rows);
  T* values = column.mutable_data();
  for (int64_t i = 0; i < rows; ++i) {
    values[i] = static_cast<T>(field(engine.log().Row(static_cast<uint64_t>(i))));
  }
  return column;
}

py::dict Rows(const LoadEngine& engine) {
  py::dict rows;
  rows["intended_ns"] = Column<int64_t>(engine, [](const EventRow& r) { return r.intended_ns; });
  rows["offered_ns"] = Column<int64_t>(engine, [](const EventRow& r) { return r.offered_ns; });
  rows["sent_ns"] = Column<int64_t>(engine, [](const EventRow& r) { return r.sent_ns; });
  rows["acked_ns"] = Column<int64_t>(engine, [](const EventRow& r) { return r.acked_ns; });
  rows["outcome"] = Column<int8_t>(engine, [](const EventRow& r) { return r.outcome; });
  rows["code"] = Column<int32_t>(engine, [](const EventRow& r) { return r.code; });
  rows["stream"] = Column<int32_t>(engine, [](const EventRow& r) { return r.stream; });
  rows["partition"] = Column<int32_t>(engine, [](const EventRow& r) { return r.partition; });
  rows["offset"] = Column<int64_t>(engine, [](const EventRow& r) { return r.offset; });
  rows["crc32c"] = Column<int64_t>(engine, [](const EventRow& r) { return r.crc32c; });
  rows["price_cents"] = Column<int64_t>(engine, [](const EventRow& r) { return r.price_cents; });
  rows["spoilt"] = Column<int8_t>(engine, [](const EventRow& r) { return r.spoilt; });
  return rows;
}

py::tuple TakeProgress(LoadEngine& engine) {
  const loadgen::Progress now = engine.TakeProgress();
  return py::make_tuple(now.planned, now.sent, now.ok, now.failed, now.unknown,
                        Array(now.latencies_ns));
}

std::vector<std::tuple<int64_t, int, py::str>> Breaks(const LoadEngine& engine) {
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
      .def(py::init(&MakeEngine), py::kw_only(), py::arg("address"), py::arg("producer"),
           py::arg("call"), py::arg("batch_events"), py::arg("batch_linger_s"),
           py::arg("connections"), py::arg("max_open"), py::arg("in_flight"),
           py::arg("connect_timeout_s"), py::arg("ack_timeout_s"), py::arg("clock_anchor_ns"))
      .def("connect", &LoadEngine::Connect, ReleaseGil())
      .def("push", &Push, py::arg("block"), py::arg("due_ns"))
      .def("end", &LoadEngine::End, ReleaseGil())
      .def("stop", &LoadEngine::Stop, ReleaseGil())
      .def("give_up", &LoadEngine::GiveUp, ReleaseGil())
      .def("await_end", &LoadEngine::AwaitEnd, py::arg("timeout_s"), ReleaseGil())
      .def("progress", &TakeProgress)
      .def("rows", &Rows)
      .def("breaks", &Breaks)
      .def_property_readonly("stray_acks",
                             [](const LoadEngine& engine) { return engine.log().StrayAcks(); })
      .def_property_readonly("payload_bytes", &LoadEngine::payload_bytes)
      .def_property_readonly("stopped", &LoadEngine::stopped);
}

}  // namespace keystone
