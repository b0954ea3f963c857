// The system of test programs. In wine every process is an administrator, tokens cannot be restricted, and the event log only
// pretends to write: these few answers come from here, everything else is the real thing. Never linked into what ships.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <stdexcept>

#include "real-system.h"
#include "utf.h"

namespace keyturn {
namespace {

class TestSystem final : public RealSystem {
 public:
  explicit TestSystem(HMODULE module) : RealSystem(module) {}

  OsHandle openServiceToken(const std::string& service) override {
    if (fileExists(moduleFolder() + "\\launch-throws.txt")) throw std::bad_alloc();
    // Under the token of the service only LogonUI may start a process, and in wine everybody: "service.txt" is beside an installed
    // client alone.
    return fileExists(moduleFolder() + "\\service.txt") ? RealSystem::openServiceToken(service) : ownToken();
  }
  OsHandle logOnLocalService() override { return ownToken(); }
  TokenFacts tokenFacts(OsHandle) override { return harmless(); }
  TokenFacts processTokenFacts(OsHandle) override { return harmless(); }
  TokenFacts ownTokenFacts() override { return harmless(); }

  // Files beside the module play what a test cannot bring about in wine.
  bool isRemoteSession() override { return fileExists(moduleFolder() + "\\remote.txt"); }
  std::string uiLanguage() override {
    if (fileExists(moduleFolder() + "\\throws.txt")) throw std::runtime_error("played");
    return RealSystem::uiLanguage();
  }
  std::string currentDesktop() override {
    if (fileExists(moduleFolder() + "\\throws.txt")) throw 42;
    return RealSystem::currentDesktop();
  }

  // wine changes no layout and knows no domain. "keyboards.txt" holds a layout and its name on each line, "domain.txt" a word.
  std::string keyboardLayout() override { return keyboards().empty() ? RealSystem::keyboardLayout() : keyboards()[keyboard_].first; }
  bool hasOtherKeyboardLayout() override { return keyboards().size() > 1; }
  bool useKeyboardLayout(const std::string& layout) override {
    for (std::size_t i = 0; i < keyboards().size(); ++i)
      if (keyboards()[i].first == layout) keyboard_ = i;
    return keyboardLayout() == layout;
  }
  bool useNextKeyboardLayout() override {
    if (keyboards().size() < 2) return false;
    keyboard_ = (keyboard_ + 1) % keyboards().size();
    return true;
  }
  std::string keyboardName() override { return keyboards().empty() ? RealSystem::keyboardName() : keyboards()[keyboard_].second; }
  DomainReach domainReach() override {
    std::ifstream file(moduleFolder() + "\\domain.txt");
    std::string word;
    if (!(file >> word)) return RealSystem::domainReach();
    if (word == "silent") Sleep(INFINITE);
    return word == "reached" ? DomainReach::reached : word == "not-reached" ? DomainReach::notReached : DomainReach::notKnown;
  }

  // The clock stands while there is a "clock-stands.txt": what has a second, however busy the machine, has as long as it takes.
  // How far the clock was put forward is in "clock.txt", in milliseconds: what takes minutes of nobody typing takes none in a test.
  std::uint64_t monotonicMilliseconds() override {
    if (!fileExists(moduleFolder() + "\\clock-stands.txt")) stoodAt_ = 0;
    else if (stoodAt_ != 0) return stoodAt_;
    std::ifstream file(moduleFolder() + "\\clock.txt");
    std::uint64_t ahead = 0;
    file >> ahead;
    const std::uint64_t time = RealSystem::monotonicMilliseconds() + ahead;
    if (fileExists(moduleFolder() + "\\clock-stands.txt")) stoodAt_ = time;
    return time;
  }

  // wine finds the screen by the environment, of which the window gets nothing.
  StartedProcess createSuspendedProcess(OsHandle token, const ProcessStart& start) override {
    const char* const display = std::getenv("DISPLAY");
    ProcessStart shown = start;
    if (display != nullptr && *display != '\0') shown.environment.emplace_back("DISPLAY", display);
    return RealSystem::createSuspendedProcess(token, shown);
  }

  // Half a minute is long for a test that waits for nothing to happen.
  WindowWait waitForWindow(OsHandle process, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& exitCode) override {
    const bool isImpatient = fileExists(moduleFolder() + "\\impatient.txt");
    return RealSystem::waitForWindow(process, windowUp, isImpatient ? 6000 : milliseconds, exitCode);
  }

  // Whose window was brought to the front; that it is there then, only Windows shows. Without a screen no window has the focus that
  // could lose it: one that a test has made for that is told by a message.
  void bringToFront(OsHandle process) override {
    RealSystem::bringToFront(process);
    if (const HWND focused = FindWindowExW(HWND_MESSAGE, nullptr, nullptr, L"KeyturnFocused")) SendMessageW(focused, WM_KILLFOCUS, 0, 0);
    std::ofstream(moduleFolder() + "\\front.txt", std::ios::app | std::ios::binary) << GetProcessId(reinterpret_cast<HANDLE>(process)) << '\n';
  }

  // Tells a stand-in that has no window (fake-kiosk.cpp).
  void askToLeave(OsHandle process) override {
    RealSystem::askToLeave(process);
    const std::wstring name = L"KeyturnFakeKiosk-" + std::to_wstring(GetProcessId(reinterpret_cast<HANDLE>(process)));
    const HANDLE told = OpenEventW(EVENT_MODIFY_STATE, FALSE, name.c_str());
    if (told == nullptr) return;
    SetEvent(told);
    CloseHandle(told);
  }

  // Appends "id|value|value" to events.txt beside the module.
  void writeEvent(EventId id, const std::vector<std::string>& values) override {
    std::ofstream file(moduleFolder() + "\\events.txt", std::ios::app | std::ios::binary);
    file << static_cast<std::uint32_t>(id);
    for (const std::string& value : values) file << '|' << value;
    file << '\n';
  }

 private:
  const std::vector<std::pair<std::string, std::string>>& keyboards() {
    if (areKeyboardsRead_) return keyboards_;
    areKeyboardsRead_ = true;
    std::ifstream file(moduleFolder() + "\\keyboards.txt");
    for (std::string layout, name; file >> layout && std::getline(file >> std::ws, name);) keyboards_.emplace_back(layout, name);
    return keyboards_;
  }

  std::atomic<std::uint64_t> stoodAt_{0};
  std::vector<std::pair<std::string, std::string>> keyboards_;
  std::size_t keyboard_ = 0;
  bool areKeyboardsRead_ = false;

  static TokenFacts harmless() { return {false, false, 0x2000, {"SeChangeNotifyPrivilege"}}; }

  static OsHandle ownToken() {
    HANDLE token = nullptr;
    HANDLE primary = nullptr;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &token)) return 0;
    DuplicateTokenEx(token, TOKEN_ALL_ACCESS, nullptr, SecurityImpersonation, TokenPrimary, &primary);
    CloseHandle(token);
    return reinterpret_cast<OsHandle>(primary);
  }
};

}  // namespace

std::shared_ptr<ISystem> createSystem(HMODULE module) { return std::make_shared<TestSystem>(module); }

}  // namespace keyturn
