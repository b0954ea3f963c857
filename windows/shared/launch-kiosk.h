// Starts the recovery window with as few rights as it can have. Any doubt on the way ends the start.
#pragma once

#include <string>

#include "kiosk-start.h"
#include "settings.h"

namespace keyturn {

// A started window. Destroying it ends the process (its job closes) and takes back the access to the desktop.
class RunningKiosk {
 public:
  RunningKiosk() = default;
  RunningKiosk(ISystem& system, ScopedHandle job, ScopedHandle process, OsHandle desktopGrant)
      : system_(&system), job_(std::move(job)), process_(std::move(process)), desktopGrant_(desktopGrant) {}
  RunningKiosk(RunningKiosk&& other) noexcept;
  RunningKiosk& operator=(RunningKiosk&&) = delete;
  ~RunningKiosk();

  explicit operator bool() const { return static_cast<bool>(process_); }
  OsHandle job() const { return job_.get(); }
  OsHandle process() const { return process_.get(); }

 private:
  ISystem* system_ = nullptr;
  ScopedHandle job_;
  ScopedHandle process_;
  OsHandle desktopGrant_ = 0;
};

// Starts KeyturnKiosk.exe from the folder of this module on that desktop ("station\desktop"). The answer is empty if it was
// not started; then an event tells why. Blocks for as long as the service account takes to start: some seconds at worst.
RunningKiosk launchKiosk(ISystem& system, const Settings& settings, const KioskStart& start, const std::string& desktop);

// Waits until the window ends, ends it itself when it outlives SessionLimitSeconds by half a minute, and logs how it ended.
void superviseKiosk(ISystem& system, const Settings& settings, const RunningKiosk& kiosk);

}  // namespace keyturn
