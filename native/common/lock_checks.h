#pragma once

#include <absl/synchronization/mutex.h>

namespace keystone {

// Debian and Ubuntu build Abseil with its search for deadlocks, which guards a
// graph of all locks by one lock: each lock that gRPC takes is looked up there.
// To be called before the first of gRPC's threads; release builds do the same.
inline void SwitchOffLockChecks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace keystone
