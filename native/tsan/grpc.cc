// Tells ThreadSanitizer what gRPC's threads hand to each other, in
// ThreadSanitizer builds only.
//
// The system's gRPC is not instrumented, so the sanitizer does not see that the
// start of an operation comes before its completion, or the last use of a call
// before its OnDone, and would report each such handover as a race. Suppressing
// those reports would suppress every race in a reaction, since gRPC is on the
// stack of each. The functions below stand in for the libraries' own and add the
// edges that their interfaces promise, each for one operation, one call or one
// mutex, and no more: a race between two reactions of a call is still found.
#include <absl/synchronization/mutex.h>
#include <dlfcn.h>
#include <grpc/grpc.h>
#include <grpcpp/support/server_callback.h>
#include <sanitizer/tsan_interface.h>

#include <cstring>
#include <thread>

namespace {

template <typename Function>
Function* Original(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// The same for a member of absl::Mutex. Its name holds the distribution's own
// inline namespace, so it is asked of the linker.
auto Original(void (absl::Mutex::*member)()) {
  void* address;
  std::memcpy(&address, &member, sizeof address);
  Dl_info info{};
  dladdr(address, &info);
  return reinterpret_cast<void (*)(absl::Mutex*)>(dlsym(RTLD_NEXT, info.dli_sname));
}

}  // namespace

extern "C" {

grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* ops, size_t count, void* tag,
                                      void* reserved) {
  static const auto original = Original(grpc_call_start_batch, "grpc_call_start_batch");
  __tsan_release(tag);
  return original(call, ops, count, tag, reserved);
}

grpc_event grpc_completion_queue_next(grpc_completion_queue* queue, gpr_timespec deadline,
                                      void* reserved) {
  static const auto original = Original(grpc_completion_queue_next, "grpc_completion_queue_next");
  const grpc_event event = original(queue, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

}  // extern "C"

// A reactor keeps what is asked of it before it is bound to its call, under such
// a mutex.
void absl::Mutex::Lock() {
  static const auto original = Original(&absl::Mutex::Lock);
  original(this);
  __tsan_acquire(this);
}

void absl::Mutex::Unlock() {
  static const auto original = Original(&absl::Mutex::Unlock);
  __tsan_release(this);
  original(this);
}

namespace grpc::internal {

// As gRPC's own, but on a thread whose start the sanitizer sees.
void ServerCallbackCall::ScheduleOnDone(bool inline_ondone) {
  if (inline_ondone) return CallOnDone();
  std::thread([this] { CallOnDone(); }).detach();
}

void ServerCallbackCall::CallOnCancel(ServerReactor* reactor) {
  // Half of this counter's changes are made inside gRPC; the other half, seen,
  // comes after the reactor was made.
  (void)on_cancel_conditions_remaining_.load(std::memory_order_acquire);
  if (reactor->InternalInlineable()) return reactor->OnCancel();
  Ref();
  std::thread([this, reactor] {
    reactor->OnCancel();
    MaybeDone();
  }).detach();
}

}  // namespace grpc::internal
