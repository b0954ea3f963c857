// Runs the recovery window beside the sign-in screen: one at a time, started on a thread of its own so that LogonUI never waits.
#pragma once

#include <windows.h>

#include <atomic>
#include <memory>

#include "launch-kiosk.h"
#include "screen-link.h"

namespace keyturn {

class KioskRunner : public std::enable_shared_from_this<KioskRunner> {
 public:
  // `module` is kept loaded while a thread runs in it. `link` is told what becomes of each window.
  KioskRunner(std::shared_ptr<ISystem> system, HMODULE module, std::shared_ptr<ScreenLink> link)
      : system_(std::move(system)), module_(module), link_(std::move(link)) {}

  // Starts the window and returns at once; to be called on LogonUI's thread. False if one is open or being opened, or no thread
  // could be made.
  bool start(const Settings& settings, const KioskStart& start, const std::string& desktop);

  // Brings an open window to the front. False if there is none.
  bool showWindow();

  // Tells an open window to go and ends it a second later, and forbids one being opened to stay. Returns at once. A second is what
  // the window has to end its recovery at the server.
  void stop();

 private:
  struct Job;
  void runJob(const Job& job) noexcept;
  KioskEnd run(const Job& job, KioskFault& fault);
  void endAfterGrace(unsigned window) noexcept;

  std::shared_ptr<ISystem> system_;
  HMODULE module_;
  std::shared_ptr<ScreenLink> link_;
  std::atomic<bool> busy_{false};
  SRWLOCK lock_ = SRWLOCK_INIT;  // guards what follows
  std::shared_ptr<const RunningKiosk> open_;  // none is open where it is empty
  unsigned stops_ = 0;
  unsigned opened_ = 0;  // windows so far
};

}  // namespace keyturn
