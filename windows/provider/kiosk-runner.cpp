#include "kiosk-runner.h"

#include "background.h"
#include "locked.h"
#include "log.h"

namespace keyturn {
namespace {

constexpr std::uint64_t graceMilliseconds = 1000;
constexpr DWORD lookMilliseconds = 50;

// Memory may be what is short: then there is no event either.
void logInternalError(ISystem& system) noexcept {
  try {
    system.writeEvent(EventId::internalError, {"kiosk thread"});
  } catch (...) {
  }
}

}  // namespace

struct KioskRunner::Job {
  Settings settings;
  KioskStart start;
  std::string desktop;
  HDESK desktopHandle = nullptr;
  unsigned stops = 0;
};

bool KioskRunner::start(const Settings& settings, const KioskStart& start, const std::string& desktop) {
  if (busy_.exchange(true)) return false;
  try {
    // Shared, because a std::function must be copyable.
    auto job = std::make_shared<Job>();
    *job = {settings, start, desktop, GetThreadDesktop(GetCurrentThreadId()), 0};
    {
      const Locked locked(lock_);
      job->stops = stops_;
    }
    link_->show(TileState::opening);
    if (runInBackground(module_, [runner = shared_from_this(), job] { runner->runJob(*job); })) return true;
  } catch (...) {
    busy_ = false;
    throw;
  }
  busy_ = false;
  link_->report(TileState::failed, {"thread", system_->lastError()});
  return false;
}

bool KioskRunner::showWindow() {
  const Locked locked(lock_);
  if (openProcess_ == 0) return false;
  system_->bringToFront(openProcess_);
  return true;
}

void KioskRunner::stop() {
  const Locked locked(lock_);
  ++stops_;
  if (openJob_ == 0) return;
  try {
    system_->askToLeave(openProcess_);
    if (runInBackground(module_, [runner = shared_from_this(), window = opened_] { runner->endAfterGrace(window); })) return;
  } catch (...) {
    // Without memory or a thread there is no grace.
  }
  system_->terminateJob(openJob_);
}

void KioskRunner::endAfterGrace(unsigned window) noexcept {
  const std::uint64_t until = system_->monotonicMilliseconds() + graceMilliseconds;
  while (true) {
    {
      const Locked locked(lock_);
      if (openJob_ == 0 || opened_ != window) return;
      if (system_->monotonicMilliseconds() >= until) return system_->terminateJob(openJob_);
    }
    Sleep(lookMilliseconds);
  }
}

void KioskRunner::runJob(const Job& job) noexcept {
  // Messages go from thread to thread within one desktop only.
  SetThreadDesktop(job.desktopHandle);
  KioskFault fault{"internal", 0};
  KioskEnd end = KioskEnd::faulted;
  try {
    end = run(job, fault);
  } catch (...) {
    logInternalError(*system_);
  }
  // Once, and before the tile is drawn anew: from here on a click may start the next window.
  busy_ = false;
  try {
    const TileState state = end == KioskEnd::faulted   ? TileState::failed
                            : end == KioskEnd::died    ? TileState::died
                            : end == KioskEnd::idle    ? TileState::idle
                            : end == KioskEnd::tooLong ? TileState::tooLong
                                                       : TileState::ready;
    link_->report(state, fault, end == KioskEnd::reached);
  } catch (...) {
  }
}

KioskEnd KioskRunner::run(const Job& job, KioskFault& fault) {
  const RunningKiosk kiosk = launchKiosk(*system_, job.settings, job.start, job.desktop, fault);
  if (!kiosk) return KioskEnd::faulted;
  {
    const Locked locked(lock_);
    openJob_ = kiosk.job();
    openProcess_ = kiosk.process();
    ++opened_;
    if (stops_ != job.stops) system_->terminateJob(openJob_);
  }
  // stop() and showWindow() use them from another thread: the handles close only after they are forgotten here.
  struct Forget {
    KioskRunner& runner;
    ~Forget() {
      const Locked locked(runner.lock_);
      runner.openJob_ = runner.openProcess_ = 0;
    }
  };
  const Forget forget{*this};
  KioskWatch watch;
  watch.onUp = [this] { link_->report(TileState::open); };
  watch.isStopped = [this, &job] {
    const Locked locked(lock_);
    return stops_ != job.stops;
  };
  return superviseKiosk(*system_, job.settings, kiosk, watch, fault);
}

}  // namespace keyturn
