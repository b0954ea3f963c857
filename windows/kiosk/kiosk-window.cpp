#include "kiosk-window.h"

#include <algorithm>
#include <utility>

#include <wtsapi32.h>

#include "kiosk-start.h"
#include "utf.h"
#include "views/accessible.h"

namespace keyturn {
namespace {

constexpr UINT workDone = WM_APP + 1;
constexpr UINT workFailed = WM_APP + 2;
constexpr UINT textCut = WM_APP + 3;
constexpr UINT_PTR tickTimer = 1;
constexpr UINT tickMilliseconds = 100;
constexpr std::uint64_t checkAfterMilliseconds = 400;
constexpr std::uint64_t warningMilliseconds = 30'000;
// How long what is being written, and the page that tells of it, may outlast the longest time that the window is open. The provider
// ends a window half a minute after that time.
constexpr std::uint64_t writeMilliseconds = 20'000;
// How long the last word to the server may take before the process ends all the same.
constexpr std::uint64_t leaveMilliseconds = 3000;
constexpr int clientWidth = 560;
constexpr int clientHeight = 640;
constexpr int headerHeight = 64;

std::wstring wide(const std::string& text) { return toWide(text).value_or(std::wstring()); }

bool isInput(UINT message) {
  return (message >= WM_KEYFIRST && message <= WM_KEYLAST) || (message >= WM_MOUSEFIRST && message <= WM_MOUSELAST) ||
         message == WM_TOUCH || message == WM_POINTERDOWN;
}

}  // namespace

KioskWindow::KioskWindow(HINSTANCE instance, ISystem& system, const Settings& settings, const ITexts& texts, Conversation& conversation,
                         bool isRightToLeft, HANDLE windowUp)
    : instance_(instance),
      system_(system),
      settings_(settings),
      texts_(texts),
      conversation_(conversation),
      isRightToLeft_(isRightToLeft),
      windowUp_(windowUp) {}

bool KioskWindow::create() {
  WNDCLASSEXW type = {};
  type.cbSize = sizeof type;
  type.lpfnWndProc = procedure;
  type.hInstance = instance_;
  type.hCursor = LoadCursorW(nullptr, IDC_ARROW);
  const std::wstring className = wide(kioskWindowClass);
  type.lpszClassName = className.c_str();
  RegisterClassExW(&type);
  // The sign-in screen fills the desktop: the window must stay above it.
  const DWORD extended = WS_EX_TOPMOST | WS_EX_CONTROLPARENT | (isRightToLeft_ ? WS_EX_LAYOUTRTL : 0u);
  window_ = CreateWindowExW(extended, className.c_str(), L"", WS_POPUP | WS_CAPTION | WS_SYSMENU | WS_CLIPCHILDREN, 0, 0, 100, 100, nullptr, nullptr,
                            instance_, this);
  if (window_ == nullptr) return false;
  setDialogRole(window_);
  theme_ = std::make_unique<Theme>(GetDpiForWindow(window_));
  PageEvents events;
  events.onAction = [this](Action action) { act(action); };
  events.onTyping = [this] { checkAt_ = now() + checkAfterMilliseconds; };
  // Told once the control has done what it is in the middle of: the page is made anew.
  events.onCut = [this](std::size_t longest) { PostMessageW(window_, textCut, longest, 0); };
  events.keyboardName = [this] { return system_.keyboardName(); };
  events.hasOtherKeyboard = [this] { return system_.hasOtherKeyboardLayout(); };
  events.nextKeyboard = [this] { system_.useNextKeyboardLayout(); };
  view_ = std::make_unique<PageView>(window_, instance_, texts_, *theme_, std::move(events));
  worker_ = std::make_unique<Worker>(window_, workDone, workFailed);
  return view_->window() != nullptr;
}

void KioskWindow::centre() {
  MONITORINFO monitor = {};
  monitor.cbSize = sizeof monitor;
  GetMonitorInfoW(MonitorFromWindow(window_, MONITOR_DEFAULTTOPRIMARY), &monitor);
  const RECT& work = monitor.rcWork;
  RECT area = {0, 0, theme_->px(clientWidth), theme_->px(clientHeight)};
  AdjustWindowRectExForDpi(&area, static_cast<DWORD>(GetWindowLongW(window_, GWL_STYLE)), FALSE,
                           static_cast<DWORD>(GetWindowLongW(window_, GWL_EXSTYLE)), GetDpiForWindow(window_));
  const int width = std::min(area.right - area.left, work.right - work.left);
  const int height = std::min(area.bottom - area.top, work.bottom - work.top);
  SetWindowPos(window_, nullptr, work.left + (work.right - work.left - width) / 2, work.top + (work.bottom - work.top - height) / 2, width, height,
               SWP_NOZORDER | SWP_NOACTIVATE);
}

ExitCode KioskWindow::run() {
  if (!create()) return ExitCode::noWindow;
  openedAt_ = lastInputAt_ = now();
  GetCursorPos(&pointer_);
  centre();
  placePage();
  showPage(conversation_.connecting());
  ShowWindow(window_, SW_SHOWNORMAL);
  SetForegroundWindow(window_);
  view_->focusFirst();
  // A sign-in ends this window by way of the provider; should that be late, it ends itself.
  WTSRegisterSessionNotification(window_, NOTIFY_FOR_THIS_SESSION);
  if (windowUp_ != nullptr) SetEvent(windowUp_);
  SetTimer(window_, tickTimer, tickMilliseconds, nullptr);
  work([this] { return conversation_.open(); });

  MSG message = {};
  while (GetMessageW(&message, nullptr, 0, 0) > 0) {
    if (isByPerson(message)) lastInputAt_ = now();
    if (takesKey(message) || IsDialogMessageW(window_, &message)) continue;
    TranslateMessage(&message);
    DispatchMessageW(&message);
  }
  view_.reset();
  return code_;
}

// Windows tells of the pointer by itself too, whenever what lies below it changes: who moved it is told by the place alone.
bool KioskWindow::isByPerson(const MSG& message) {
  if (message.message == WM_MOUSEMOVE && message.pt.x == pointer_.x && message.pt.y == pointer_.y) return false;
  if (message.message >= WM_MOUSEFIRST && message.message <= WM_MOUSELAST) pointer_ = message.pt;
  return isInput(message.message);
}

bool KioskWindow::takesKey(const MSG& message) {
  if (message.message != WM_KEYDOWN) return false;
  switch (message.wParam) {
    case VK_RETURN:
      view_->pressDefault();
      return true;
    case VK_ESCAPE:
      act(view_->page().onEscape);
      return true;
    case VK_F1:
      return true;
    case VK_DOWN:
    case VK_RIGHT:
      return view_->moveChoice(1);
    case VK_UP:
    case VK_LEFT:
      return view_->moveChoice(-1);
    default:
      return false;
  }
}

void KioskWindow::act(Action action) {
  if (isLeaving_) return;
  // What is being written is not taken back by closing the window: that is asked first, and the answer may come meanwhile.
  if (isBusy_ && isWriting_ && action == Action::askToStop && view_->page().key != "stop") {
    view_->show(conversation_.writingQuestion());
    return;
  }
  if (action == Action::close || (isBusy_ && !isCalculating_ && action == Action::askToStop)) {
    leave(isDone_ ? ExitCode::done : ExitCode::closed);
    return;
  }
  if (action == Action::none) return;
  if (isBusy_) {
    if (isCalculating_) wanted_ = action;
    return;
  }
  // Shared, because a std::function must be copyable; the content is overwritten when the last holder lets go.
  auto inputs = std::make_shared<Inputs>(view_->inputs());
  isWriting_ = view_->page().writes && (action == Action::submit || action == Action::keepPassword);
  work([this, action, inputs] { return conversation_.perform(action, std::move(*inputs)); },
       action == Action::poll && view_->page().isCalculating);
}

void KioskWindow::work(std::function<Page()> task, bool isCalculating) {
  isBusy_ = true;
  isCalculating_ = isCalculating;
  pollAt_ = checkAt_ = 0;
  if (!isCalculating) view_->setBusy(true);
  auto page = std::make_shared<Page>();
  worker_->add([page, task = std::move(task)] { *page = task(); }, [this, page] { showPage(*page); });
}

void KioskWindow::showPage(const Page& page) {
  if (isLeaving_) return;
  const bool wasCalculating = isCalculating_;
  isBusy_ = isCalculating_ = isWriting_ = false;
  isDone_ = page.isReached;
  // The next part of the same work: nothing is made anew, so that the focus stays and nothing is read aloud again.
  if (wasCalculating && page.goesOn && view_->page().key == page.key) {
    view_->updateParagraphs(page);
    return goOn(page);
  }
  view_->show(page);
  setCaption();
  pageShownAt_ = now();
  pollAt_ = page.pollAfter > 0 ? pageShownAt_ + static_cast<std::uint64_t>(page.pollAfter) * 1000 : 0;
  if (page.isFinal || page.isServersTime) expiresAt_ = 0;
  if (page.expiresIn) expiresAt_ = pageShownAt_ + static_cast<std::uint64_t>(*page.expiresIn) * 1000;
  InvalidateRect(window_, nullptr, TRUE);
  goOn(page);
}

// What was asked for during a slice comes before the next one; where the page is another one by now, it was not meant for it.
void KioskWindow::goOn(const Page& page) {
  const Action wanted = std::exchange(wanted_, Action::none);
  if (!page.goesOn) return;
  if (wanted != Action::none) return act(wanted);
  const bool isOver = expiresAt_ != 0 && now() >= expiresAt_;
  if (!isOver) act(Action::poll);
}

void KioskWindow::checkPassword() {
  if (isChecking_) {
    checkAt_ = now() + checkAfterMilliseconds;
    return;
  }
  isChecking_ = true;
  auto inputs = std::make_shared<Inputs>(view_->inputs());
  auto result = std::make_shared<std::pair<Page, bool>>();
  worker_->add(
      [this, inputs, result] {
        if (!inputs->fields.empty()) *result = conversation_.check(inputs->fields.front().value);
        inputs->fields.clear();
      },
      [this, result] {
        isChecking_ = false;
        if (!isLeaving_ && result->second && result->first.key == view_->page().key) view_->updateRules(result->first.rules);
      });
}

void KioskWindow::tick() {
  const std::uint64_t time = now();
  if (isLeaving_) {
    if (time >= leaveBy_ || worker_->isIdle()) PostQuitMessage(0);
    return;
  }
  view_->updateKeyboard();
  const std::uint64_t idle = time - lastInputAt_;
  const std::uint64_t limit = idleLimit();
  // Never in the middle of a write: what became of it has to be read.
  if (isWriting_) {
    lastInputAt_ = time;
  } else if (idle >= limit) {
    // Whoever has read what to do and walked off has what they came for.
    return leave(isDone_ ? ExitCode::done : ExitCode::idle);
  } else if (idle + std::min<std::uint64_t>(warningMilliseconds, limit / 3) >= limit) {
    warn((limit - idle + 999) / 1000);
  } else if (isWarned_) {
    isWarned_ = false;
    setCaption();
  }
  const std::uint64_t longest = std::uint64_t{settings_.sessionLimitSeconds} * 1000 + (isWriting_ || isDone_ ? writeMilliseconds : 0);
  if (time - openedAt_ >= longest) return leave(isDone_ ? ExitCode::done : ExitCode::tooLong);
  if (isBusy_) return;
  if (expiresAt_ != 0 && time >= expiresAt_) {
    expiresAt_ = 0;
    return work([this] { return conversation_.expire(); });
  }
  for (const Button& button : view_->page().buttons)
    if (button.enabledAfter > 0 && time - pageShownAt_ >= static_cast<std::uint64_t>(button.enabledAfter) * 1000) {
      view_->enableButton(button.action);
      break;
    }
  if (pollAt_ != 0 && time >= pollAt_) {
    act(Action::poll);
  } else if (checkAt_ != 0 && time >= checkAt_) {
    checkAt_ = 0;
    checkPassword();
  }
}

std::uint64_t KioskWindow::idleLimit() const {
  const auto patience = static_cast<std::uint64_t>(view_->page().patience);
  return std::max(std::uint64_t{settings_.idleTimeoutSeconds}, patience) * 1000;
}

// In the header and the caption, where it takes nobody's place and the page keeps what was typed; read out once.
void KioskWindow::warn(std::uint64_t secondsLeft) {
  if (isWarned_ && secondsLeft == secondsLeft_) return;
  const bool isFirst = !isWarned_;
  isWarned_ = true;
  secondsLeft_ = secondsLeft;
  setCaption();
  if (isFirst) NotifyWinEvent(EVENT_SYSTEM_ALERT, window_, OBJID_WINDOW, CHILDID_SELF);
}

// The caption and the header say who speaks, or that the window is about to close.
void KioskWindow::setCaption() {
  const Page& page = view_->page();
  const std::string usual = page.organisation.empty() ? page.windowTitle : page.organisation + " \xE2\x80\x93 " + page.windowTitle;
  SetWindowTextW(window_, wide(isWarned_ ? texts_.text(TEXT_IDLE_WARNING, {std::to_string(secondsLeft_)}) : usual).c_str());
  InvalidateRect(window_, nullptr, TRUE);
}

void KioskWindow::leave(ExitCode code) {
  if (isLeaving_) return;
  isLeaving_ = true;
  code_ = code;
  leaveBy_ = now() + leaveMilliseconds;
  ShowWindow(window_, SW_HIDE);
  worker_->add([this, code] { conversation_.close(code == ExitCode::closed); }, [] {});
}

void KioskWindow::placePage() {
  RECT client = {};
  GetClientRect(window_, &client);
  client.top = theme_->px(headerHeight);
  view_->place(client);
}

void KioskWindow::paintHeader() {
  PAINTSTRUCT paint = {};
  const HDC device = BeginPaint(window_, &paint);
  RECT area = {};
  GetClientRect(window_, &area);
  area.bottom = theme_->px(headerHeight);
  const HBRUSH background = CreateSolidBrush(theme_->header);
  FillRect(device, &area, background);
  DeleteObject(background);
  RECT line = area;
  line.top = line.bottom - theme_->px(3);
  const HBRUSH accent = CreateSolidBrush(theme_->accent);
  FillRect(device, &line, accent);
  DeleteObject(accent);
  InflateRect(&area, -theme_->px(40), 0);
  SetBkMode(device, TRANSPARENT);
  SetTextColor(device, theme_->headerText);
  const HGDIOBJ before = SelectObject(device, theme_->font(FontRole::header));
  const Page& page = view_->page();
  const std::wstring text = wide(isWarned_                    ? texts_.text(TEXT_IDLE_WARNING, {std::to_string(secondsLeft_)})
                                 : page.organisation.empty() ? page.windowTitle
                                                             : page.organisation);
  DrawTextW(device, text.c_str(), -1, &area, DT_SINGLELINE | DT_VCENTER | DT_NOPREFIX | DT_END_ELLIPSIS);
  SelectObject(device, before);
  EndPaint(window_, &paint);
}

LRESULT CALLBACK KioskWindow::procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_NCCREATE) {
    KioskWindow* self = static_cast<KioskWindow*>(reinterpret_cast<CREATESTRUCTW*>(lparam)->lpCreateParams);
    self->window_ = window;
    SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self));
  }
  KioskWindow* self = reinterpret_cast<KioskWindow*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  const bool isReady = self != nullptr && self->view_ != nullptr && self->worker_ != nullptr;
  return isReady ? self->handle(message, wparam, lparam) : DefWindowProcW(window, message, wparam, lparam);
}

LRESULT KioskWindow::handle(UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case workDone:
      worker_->finishWork();
      return 0;
    case workFailed:
      code_ = ExitCode::internalError;
      PostQuitMessage(0);
      return 0;
    case textCut:
      if (!isBusy_ && !isLeaving_) view_->show(withError(view_->page(), texts_.text(TEXT_CUT, {std::to_string(wparam)})));
      return 0;
    case WM_WTSSESSION_CHANGE:
      if (wparam == WTS_SESSION_LOGON || wparam == WTS_SESSION_UNLOCK || wparam == WTS_REMOTE_CONNECT) leave(ExitCode::sessionChanged);
      return 0;
    case WM_ENDSESSION:
      // The provider says so when the sign-in screen goes away, and Windows when it shuts down.
      if (wparam != FALSE) leave(ExitCode::sessionChanged);
      return 0;
    case WM_TIMER:
      tick();
      return 0;
    case WM_PAINT:
      paintHeader();
      return 0;
    case WM_ERASEBKGND:
      return 1;
    case WM_CLOSE:
      // The frame's own button asks like Cancel does; on the question itself it means yes.
      act(view_->page().onEscape == Action::askToStop ? Action::askToStop : Action::close);
      return 0;
    case WM_HELP:
    case WM_CONTEXTMENU:
      return 0;
    case WM_ACTIVATE:
      if (LOWORD(wparam) != WA_INACTIVE && (!isBusy_ || isCalculating_)) view_->restoreFocus();
      // The sign-in screen takes the focus back on events of its own; the window must not vanish behind it.
      if (LOWORD(wparam) == WA_INACTIVE) SetWindowPos(window_, HWND_TOPMOST, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE);
      return 0;
    case WM_DPICHANGED: {
      auto theme = std::make_unique<Theme>(HIWORD(wparam));
      view_->setTheme(*theme);
      theme_ = std::move(theme);
      const RECT& area = *reinterpret_cast<const RECT*>(lparam);
      SetWindowPos(window_, nullptr, area.left, area.top, area.right - area.left, area.bottom - area.top, SWP_NOZORDER | SWP_NOACTIVATE);
      placePage();
      return 0;
    }
    case WM_SETTINGCHANGE:
    case WM_SYSCOLORCHANGE: {
      // Text size and high contrast can be changed on the sign-in screen itself.
      auto theme = std::make_unique<Theme>(GetDpiForWindow(window_));
      view_->setTheme(*theme);
      theme_ = std::move(theme);
      placePage();
      InvalidateRect(window_, nullptr, TRUE);
      return 0;
    }
    default:
      return DefWindowProcW(window_, message, wparam, lparam);
  }
}

}  // namespace keyturn
