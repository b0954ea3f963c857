// One background thread that does requests in order, so that the window never waits.
#pragma once

#include <windows.h>

#include <deque>
#include <functional>

namespace keyturn {

class Worker {
 public:
  // Posts `message` to the window whenever something is finished; the window then calls `finishWork`. Posts `failedMessage` once
  // and stops for good where work could not be done, because memory ran out for example.
  Worker(HWND window, UINT message, UINT failedMessage);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Runs `work` on the thread and, after it, `finish` on the window's.
  void add(std::function<void()> work, std::function<void()> finish);
  // On the window's thread: runs the finishers of everything that is done.
  void finishWork();
  bool isIdle();

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> finish;
  };
  static unsigned __stdcall runThread(void* self);
  void run();

  HWND window_;
  UINT message_;
  UINT failedMessage_;
  SRWLOCK lock_ = SRWLOCK_INIT;
  CONDITION_VARIABLE hasWork_ = CONDITION_VARIABLE_INIT;
  std::deque<Job> waiting_;
  std::deque<std::function<void()>> finished_;
  bool isBusy_ = false;
};

}  // namespace keyturn
