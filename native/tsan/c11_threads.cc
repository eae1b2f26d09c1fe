// C11 threads on top of POSIX threads, linked only into ThreadSanitizer builds.
//
// librdkafka starts its threads and locks its mutexes with <threads.h>, which
// ThreadSanitizer (as of GCC 12) does not know: it would crash in the first
// thread it did not see start, and take each handover between librdkafka's
// threads and ours for a race. The dynamic linker prefers these definitions to
// the C library's, and the POSIX calls in them are seen. So nothing of
// librdkafka has to be suppressed.
//
// Relies on glibc, whose C11 types are its POSIX types under other names.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));
static_assert(sizeof(thrd_t) == sizeof(pthread_t));

namespace {

struct Start {
  thrd_start_t run;
  void* argument;
};

void* Run(void* memory) {
  const Start start = *static_cast<Start*>(memory);
  delete static_cast<Start*>(memory);
  return reinterpret_cast<void*>(static_cast<intptr_t>(start.run(start.argument)));
}

pthread_mutex_t* Posix(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* Posix(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

int C11(int error) {
  if (error == 0) return thrd_success;
  return error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t run, void* argument) {
  return C11(pthread_create(thread, nullptr, Run, new Start{run, argument}));
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(returned));
  return C11(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(Posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return C11(error);
}

int mtx_lock(mtx_t* mutex) { return C11(pthread_mutex_lock(Posix(mutex))); }
int mtx_unlock(mtx_t* mutex) { return C11(pthread_mutex_unlock(Posix(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Posix(mutex)); }

int cnd_init(cnd_t* condition) { return C11(pthread_cond_init(Posix(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return C11(pthread_cond_signal(Posix(condition))); }
int cnd_broadcast(cnd_t* condition) { return C11(pthread_cond_broadcast(Posix(condition))); }
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Posix(condition)); }

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return C11(pthread_cond_wait(Posix(condition), Posix(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return C11(pthread_cond_timedwait(Posix(condition), Posix(mutex), until));
}

}  // extern "C"
