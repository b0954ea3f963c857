// Runs the recovery window beside the sign-in screen: one at a time, started on a thread of its own so that LogonUI never waits.
#pragma once

#include <windows.h>

#include <atomic>
#include <functional>
#include <memory>

#include "launch-kiosk.h"

namespace keyturn {

class KioskRunner : public std::enable_shared_from_this<KioskRunner> {
 public:
  // `module` is kept loaded while a thread runs in it.
  KioskRunner(std::shared_ptr<ISystem> system, HMODULE module) : system_(std::move(system)), module_(module) {}

  // Starts the window and returns at once. False if one is open or being opened, or no thread could be made.
  // `onFailure` is called on the thread when the window could not be started; it must not throw.
  bool start(const Settings& settings, const KioskStart& start, const std::string& desktop, std::function<void()> onFailure);

  // Ends an open window and forbids one being opened to stay. Returns at once.
  void stop();

  // The last start failed and none succeeded since.
  bool hasFailed() const { return failed_; }

 private:
  struct Job;
  static DWORD WINAPI threadMain(void* parameter);
  bool run(const Job& job);  // false if the window was not started

  std::shared_ptr<ISystem> system_;
  HMODULE module_;
  std::atomic<bool> busy_{false};
  std::atomic<bool> failed_{false};
  SRWLOCK lock_ = SRWLOCK_INIT;  // guards the two below; std::mutex is not in every mingw
  OsHandle openJob_ = 0;
  unsigned stops_ = 0;
};

}  // namespace keyturn
