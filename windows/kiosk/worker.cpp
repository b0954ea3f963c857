#include "worker.h"

#include <process.h>

#include <cstdint>

#include <utility>

namespace keyturn {
namespace {

class Locked {
 public:
  explicit Locked(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  ~Locked() { ReleaseSRWLockExclusive(&lock_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace

// The thread is never ended: the process ends with it in it, so that a request that hangs keeps nobody waiting.
Worker::Worker(HWND window, UINT message, UINT failedMessage) : window_(window), message_(message), failedMessage_(failedMessage) {
  const std::uintptr_t thread = _beginthreadex(nullptr, 0, runThread, this, 0, nullptr);
  if (thread != 0) {
    CloseHandle(reinterpret_cast<HANDLE>(thread));
  } else {
    PostMessageW(window_, failedMessage_, 0, 0);
  }
}

void Worker::add(std::function<void()> work, std::function<void()> finish) {
  const Locked locked(lock_);
  waiting_.push_back({std::move(work), std::move(finish)});
  WakeConditionVariable(&hasWork_);
}

void Worker::finishWork() {
  std::deque<std::function<void()>> finished;
  {
    const Locked locked(lock_);
    finished.swap(finished_);
  }
  for (const std::function<void()>& finish : finished) finish();
}

bool Worker::isIdle() {
  const Locked locked(lock_);
  return waiting_.empty() && finished_.empty() && !isBusy_;
}

unsigned __stdcall Worker::runThread(void* self) {
  Worker* const worker = static_cast<Worker*>(self);
  try {
    worker->run();
  } catch (...) {
    PostMessageW(worker->window_, worker->failedMessage_, 0, 0);
  }
  return 0;
}

void Worker::run() {
  while (true) {
    Job job;
    {
      const Locked locked(lock_);
      while (waiting_.empty()) SleepConditionVariableSRW(&hasWork_, &lock_, INFINITE, 0);
      job = std::move(waiting_.front());
      waiting_.pop_front();
      isBusy_ = true;
    }
    job.work();
    job.work = nullptr;  // secrets it captured go now, not when the window gets to it
    {
      const Locked locked(lock_);
      finished_.push_back(std::move(job.finish));
      isBusy_ = false;
    }
    PostMessageW(window_, message_, 0, 0);
  }
}

}  // namespace keyturn
