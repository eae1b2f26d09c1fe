#pragma once

#include <pybind11/pybind11.h>

namespace keystone {

void BindGenerator(pybind11::module_& module);
void BindEngine(pybind11::module_& module);

}  // namespace keystone
