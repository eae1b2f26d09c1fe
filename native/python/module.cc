#include "bindings.h"
#include "lock_checks.h"

PYBIND11_MODULE(keystone_native, module) {
  module.doc() = "Made-up orders and the open-loop sender, in C++.";
  keystone::SwitchOffLockChecks();
  keystone::BindGenerator(module);
  keystone::BindEngine(module);
}
