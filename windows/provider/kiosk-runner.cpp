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
    try {
      owned->runner->run(*owned);
    } catch (...) {
      owned->runner->failed_ = true;
      try {
        owned->runner->system_->writeEvent(EventId::internalError, {"kiosk thread"});
      } catch (...) {
      }
    }
    owned->runner->busy_ = false;
  }
  FreeLibraryAndExitThread(module, 0);
}

void KioskRunner::run(const Job& job) {
  RunningKiosk kiosk = launchKiosk(*system_, job.settings, job.start, job.desktop);
  failed_ = !kiosk;
  if (!kiosk) {
    busy_ = false;  // before the tile is drawn anew: the link may be used at once
    if (job.onFailure) job.onFailure();
    return;
  }
  const OsHandle handle = kiosk.job();
  {
    const Locked locked(lock_);
    openJob_ = handle;
    if (stops_ != job.stops) system_->terminateJob(handle);
  }
  // The job must outlive its use in stop(): the kiosk is waited for here and its handles close after openJob_ is cleared.
  struct Clear {
    KioskRunner& runner;
    ~Clear() {
      const Locked locked(runner.lock_);
      runner.openJob_ = 0;
    }
  };
  {
    const Clear clear{*this};
    superviseKiosk(*system_, job.settings, kiosk);
  }
}

}  // namespace keyturn
