// The system of test programs. In wine every process is an administrator, tokens cannot be restricted, and the event log only
// pretends to write: these few answers come from here, everything else is the real thing. Never linked into what ships.
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

  OsHandle openServiceToken(const std::string&) override {
    if (fileExists(moduleFolder() + "\\launch-throws.txt")) throw std::bad_alloc();
    return ownToken();
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

  // Half a minute is long for a test that waits for nothing to happen.
  WindowWait waitForWindow(OsHandle process, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& exitCode) override {
    const bool isImpatient = fileExists(moduleFolder() + "\\impatient.txt");
    return RealSystem::waitForWindow(process, windowUp, isImpatient ? 6000 : milliseconds, exitCode);
  }

  // Whose window was brought to the front; that it is there then, only Windows shows.
  void bringToFront(OsHandle process) override {
    RealSystem::bringToFront(process);
    std::ofstream(moduleFolder() + "\\front.txt", std::ios::app | std::ios::binary) << GetProcessId(reinterpret_cast<HANDLE>(process)) << '\n';
  }

  // Appends "id|value|value" to events.txt beside the module.
  void writeEvent(EventId id, const std::vector<std::string>& values) override {
    std::ofstream file(moduleFolder() + "\\events.txt", std::ios::app | std::ios::binary);
    file << static_cast<std::uint32_t>(id);
    for (const std::string& value : values) file << '|' << value;
    file << '\n';
  }

 private:
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
