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
  std::shared_ptr<const RunningKiosk> open;
  {
    const Locked locked(lock_);
    open = open_;
  }
  if (!open) return false;
  // Not with the lock held: to give the focus away calls the windows of this thread, and what they do about it may end in stop().
  system_->bringToFront(open->process());
  return true;
}

void KioskRunner::stop() {
  const Locked locked(lock_);
  ++stops_;
  if (!open_) return;
  try {
    system_->askToLeave(open_->process());
    if (runInBackground(module_, [runner = shared_from_this(), window = opened_] { runner->endAfterGrace(window); })) return;
  } catch (...) {
    // Without memory or a thread there is no grace.
  }
  system_->terminateJob(open_->job());
}

void KioskRunner::endAfterGrace(unsigned window) noexcept {
  const std::uint64_t until = system_->monotonicMilliseconds() + graceMilliseconds;
  while (true) {
    {
      const Locked locked(lock_);
      if (!open_ || opened_ != window) return;
      if (system_->monotonicMilliseconds() >= until) return system_->terminateJob(open_->job());
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
  const auto kiosk = std::make_shared<const RunningKiosk>(launchKiosk(*system_, job.settings, job.start, job.desktop, fault));
  if (!*kiosk) return KioskEnd::faulted;
  {
    const Locked locked(lock_);
    open_ = kiosk;
    ++opened_;
    if (stops_ != job.stops) system_->terminateJob(kiosk->job());
  }
  // stop() and showWindow() use it from another thread: its handles close when nobody does any more.
  struct Forget {
    KioskRunner& runner;
    ~Forget() {
      const Locked locked(runner.lock_);
      runner.open_.reset();
    }
  };
  const Forget forget{*this};
  KioskWatch watch;
  watch.onUp = [this] { link_->report(TileState::open); };
  watch.isStopped = [this, &job] {
    const Locked locked(lock_);
    return stops_ != job.stops;
  };
  return superviseKiosk(*system_, job.settings, *kiosk, watch, fault);
}

}  // namespace keyturn
