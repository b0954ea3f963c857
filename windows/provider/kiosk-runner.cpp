#include "kiosk-runner.h"

#include "log.h"

namespace keyturn {
namespace {

class Locked {
 public:
  explicit Locked(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { ReleaseSRWLockExclusive(&lock_); }

 private:
  SRWLOCK& lock_;
};

// Memory may be what is short: then there is no event either.
void logInternalError(ISystem& system) noexcept {
  try {
    system.writeEvent(EventId::internalError, {"kiosk thread"});
  } catch (...) {
  }
}

}  // namespace

struct KioskRunner::Job {
  std::shared_ptr<KioskRunner> runner;
  Settings settings;
  KioskStart start;
  std::string desktop;
  std::function<void()> onFailure;
  HMODULE module = nullptr;
  unsigned stops = 0;
};

bool KioskRunner::start(const Settings& settings, const KioskStart& start, const std::string& desktop, std::function<void()> onFailure) {
  if (busy_.exchange(true)) return false;
  try {
    auto job = std::make_unique<Job>();
    *job = {shared_from_this(), settings, start, desktop, std::move(onFailure), nullptr, 0};
    {
      const Locked locked(lock_);
      job->stops = stops_;
    }
    if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, reinterpret_cast<LPCWSTR>(module_), &job->module)) {
      if (const HANDLE thread = CreateThread(nullptr, 0, threadMain, job.get(), 0, nullptr)) {
        job.release();
        CloseHandle(thread);
        return true;
      }
      FreeLibrary(job->module);
    }
  } catch (...) {
    busy_ = false;
    throw;
  }
  busy_ = false;
  return false;
}

void KioskRunner::stop() {
  const Locked locked(lock_);
  ++stops_;
  if (openJob_ != 0) system_->terminateJob(openJob_);
}

DWORD WINAPI KioskRunner::threadMain(void* parameter) {
  auto* job = static_cast<Job*>(parameter);
  const HMODULE module = job->module;
  {
    const std::unique_ptr<Job> owned(job);
    KioskRunner& runner = *owned->runner;
    bool started = false;
    try {
      started = runner.run(*owned);
    } catch (...) {
      logInternalError(*runner.system_);
    }
    runner.failed_ = !started;
    // Once, and before the tile is drawn anew: from here on a click may start the next window.
    runner.busy_ = false;
    if (!started && owned->onFailure) owned->onFailure();
  }
  FreeLibraryAndExitThread(module, 0);
}

bool KioskRunner::run(const Job& job) {
  const RunningKiosk kiosk = launchKiosk(*system_, job.settings, job.start, job.desktop);
  if (!kiosk) return false;
  failed_ = false;
  {
    const Locked locked(lock_);
    openJob_ = kiosk.job();
    if (stops_ != job.stops) system_->terminateJob(openJob_);
  }
  // stop() uses the job from another thread: its handle closes only after it is forgotten here.
  struct Forget {
    KioskRunner& runner;
    ~Forget() {
      const Locked locked(runner.lock_);
      runner.openJob_ = 0;
    }
  };
  const Forget forget{*this};
  superviseKiosk(*system_, job.settings, kiosk);
  return true;
}

}  // namespace keyturn
