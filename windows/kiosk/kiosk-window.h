// The window on the sign-in screen: header, page, time limits, and the one conversation that decides what is shown.
#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "conversation.h"
#include "exit-codes.h"
#include "settings.h"
#include "views/page-view.h"
#include "worker.h"

namespace keyturn {

class KioskWindow {
 public:
  KioskWindow(HINSTANCE instance, ISystem& system, const Settings& settings, const ITexts& texts, Conversation& conversation, bool isRightToLeft,
              HANDLE windowUp);
  KioskWindow(const KioskWindow&) = delete;
  KioskWindow& operator=(const KioskWindow&) = delete;

  // Shows the window, sets the event and stays until it closes.
  ExitCode run();

 private:
  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  LRESULT handle(UINT message, WPARAM wparam, LPARAM lparam);
  bool create();
  void centre();
  void placePage();
  void paintHeader();
  void setCaption();
  bool isByPerson(const MSG& message);
  bool takesKey(const MSG& message);
  void act(Action action);
  void work(std::function<Page()> task, bool isCalculating = false);
  void showPage(const Page& page);
  void goOn(const Page& page);
  void checkPassword();
  void tick();
  void warn(std::uint64_t secondsLeft);
  std::uint64_t idleLimit() const;
  void leave(ExitCode code);
  std::uint64_t now() { return system_.monotonicMilliseconds(); }

  HINSTANCE instance_;
  ISystem& system_;
  const Settings& settings_;
  const ITexts& texts_;
  Conversation& conversation_;
  bool isRightToLeft_;
  HANDLE windowUp_;
  HWND window_ = nullptr;
  std::unique_ptr<Theme> theme_;
  std::unique_ptr<PageView> view_;
  std::unique_ptr<Worker> worker_;
  bool isBusy_ = false;
  bool isCalculating_ = false;  // busy with nothing but a slice of work: the page stays usable
  Action wanted_ = Action::none;  // asked for meanwhile
  bool isLeaving_ = false;
  bool isChecking_ = false;
  bool isDone_ = false;
  bool isWriting_ = false;        // busy with an answer that changes the account
  bool isWarned_ = false;         // of the window closing for want of typing
  std::uint64_t secondsLeft_ = 0;
  std::uint64_t openedAt_ = 0;
  std::uint64_t lastInputAt_ = 0;
  POINT pointer_ = {};          // where the pointer was last, on the screen
  std::uint64_t leaveBy_ = 0;
  std::uint64_t pollAt_ = 0;    // 0 = no
  std::uint64_t checkAt_ = 0;
  std::uint64_t expiresAt_ = 0;
  std::uint64_t pageShownAt_ = 0;
  ExitCode code_ = ExitCode::closed;
};

}  // namespace keyturn
