// Starts the recovery window with as few rights as it can have. Any doubt on the way ends the start.
#pragma once

#include <functional>
#include <string>

#include "kiosk-start.h"
#include "settings.h"

namespace keyturn {

// A started window. Destroying it ends the process (its job closes) and takes back the access to the desktop.
class RunningKiosk {
 public:
  RunningKiosk() = default;
  RunningKiosk(ISystem& system, ScopedHandle job, ScopedHandle process, ScopedHandle windowUp, OsHandle desktopGrant)
      : system_(&system),
        job_(std::move(job)),
        process_(std::move(process)),
        windowUp_(std::move(windowUp)),
        desktopGrant_(desktopGrant) {}
  RunningKiosk(RunningKiosk&& other) noexcept;
  RunningKiosk& operator=(RunningKiosk&&) = delete;
  ~RunningKiosk();

  explicit operator bool() const { return static_cast<bool>(process_); }
  OsHandle job() const { return job_.get(); }
  OsHandle process() const { return process_.get(); }
  OsHandle windowUp() const { return windowUp_.get(); }

 private:
  ISystem* system_ = nullptr;
  ScopedHandle job_;
  ScopedHandle process_;
  ScopedHandle windowUp_;
  OsHandle desktopGrant_ = 0;
};

// Why there is no window: the step that failed, in one or two English words, and the Win32 error, exit code or 0.
struct KioskFault {
  std::string step;
  std::uint32_t code = 0;
};

// Starts KeyturnKiosk.exe from the folder of this module on that desktop ("station\desktop"). The answer is empty if it was
// not started; then `fault` and an event tell why. Blocks for as long as the service account takes to start: half a minute at
// worst.
RunningKiosk launchKiosk(ISystem& system, const Settings& settings, const KioskStart& start, const std::string& desktop, KioskFault& fault);

enum class KioskEnd {
  reached,   // the goal: there is a new password, or an unlocked account
  closed,    // by the person, by a time limit, or by the provider
  idle,      // nobody typed
  tooLong,   // it was open for too long, whatever was under way in it
  died,      // it was up, and ended by a fault: what was under way in it nobody knows
  faulted,   // it never came up
};

struct KioskWatch {
  std::function<void()> onUp;         // the window is there
  std::function<bool()> isStopped;    // the provider has ended the window itself: its end is no fault, however early
};

// Waits until the window is up and then until it ends. Ends it itself when it is not up after half a minute or outlives
// SessionLimitSeconds by half a minute. Logs how it ended, and fills `fault` where that was by one.
KioskEnd superviseKiosk(ISystem& system, const Settings& settings, const RunningKiosk& kiosk, const KioskWatch& watch, KioskFault& fault);

// A code as people look it up: 0x0000041D.
std::string hexadecimal(std::uint32_t code);

}  // namespace keyturn
