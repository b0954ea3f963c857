// ISystem that does nothing and writes down everything. Each step can be made to fail.
#pragma once

#include <map>
#include <set>

#include "system.h"

namespace keyturn::test {

class FakeSystem : public ISystem {
 public:
  // What was called, in order: "grantDesktopAccess 3 WinSta0\Winlogon".
  std::vector<std::string> calls;
  // Names of the methods that fail.
  std::set<std::string> failing;
  std::map<std::pair<RegistryScope, std::string>, RegistryValue> registry;
  std::vector<std::pair<EventId, std::vector<std::string>>> events;
  std::set<OsHandle> open;
  TokenFacts restrictedFacts = harmless();
  TokenFacts startedFacts = harmless();
  ProcessEnd end = ProcessEnd::exited;
  std::uint32_t exitCode = 100;
  std::uint32_t waitedFor = 0;
  WindowWait window = WindowWait::up;
  std::uint32_t windowExitCode = 0;
  ProcessStart started;
  bool remote = false;
  std::uint32_t session = 1;
  std::uint64_t now = 0;

  static TokenFacts harmless() { return {false, false, 0x2000, {"SeChangeNotifyPrivilege"}}; }

  void setText(RegistryScope scope, const std::string& name, const std::string& text) {
    registry[{scope, name}] = {RegistryValue::Kind::text, 0, text};
  }
  void setNumber(RegistryScope scope, const std::string& name, std::uint32_t number) {
    registry[{scope, name}] = {RegistryValue::Kind::number, number, {}};
  }

  RegistryValue readRegistry(RegistryScope scope, const std::string& name) override {
    const auto found = registry.find({scope, name});
    return found == registry.end() ? RegistryValue() : found->second;
  }
  void writeState(const std::string& name, std::uint32_t number) override { setNumber(RegistryScope::state, name, number); }
  bool isRemoteSession() override { return remote; }
  std::uint32_t sessionId() override { return session; }
  std::string computerName() override { return "PC1"; }
  std::string uiLanguage() override { return "de-DE"; }
  std::string moduleFolder() override { return failing.count("moduleFolder") != 0 ? "" : "C:\\Program Files\\Keyturn"; }
  bool fileExists(const std::string& path) override { return note("fileExists " + path); }
  std::string keyboardLayout() override { return "00000407"; }
  bool useKeyboardLayout(const std::string& layout) override { return note("useKeyboardLayout " + layout); }
  bool hasOtherKeyboardLayout() override { return true; }
  bool useNextKeyboardLayout() override { return note("useNextKeyboardLayout"); }
  std::string keyboardName() override { return "Deutsch (Deutschland)"; }
  DomainReach domainReach() override { return DomainReach::notKnown; }
  std::uint32_t lastError() override { return 5; }
  std::string errorText(std::uint32_t code) override { return "text of " + std::to_string(code); }
  OsHandle openServiceToken(const std::string& service) override { return make("openServiceToken", service); }
  OsHandle logOnLocalService() override { return make("logOnLocalService"); }
  OsHandle restrictToken(OsHandle token) override { return make("restrictToken", std::to_string(token)); }
  TokenFacts tokenFacts(OsHandle token) override {
    note("tokenFacts " + std::to_string(token));
    return restrictedFacts;
  }
  TokenFacts ownTokenFacts() override { return startedFacts; }
  std::string currentDesktop() override { return "WinSta0\\Winlogon"; }
  OsHandle grantDesktopAccess(OsHandle token, const std::string& desktop) override {
    return make("grantDesktopAccess", std::to_string(token) + " " + desktop);
  }
  void revokeDesktopAccess(OsHandle grant) override {
    note("revokeDesktopAccess " + std::to_string(grant));
    open.erase(grant);
  }
  OsHandle createKioskJob() override { return make("createKioskJob"); }
  OsHandle createWindowEvent() override { return make("createWindowEvent"); }
  StartedProcess createSuspendedProcess(OsHandle token, const ProcessStart& start) override {
    started = start;
    const OsHandle process = make("createSuspendedProcess", std::to_string(token));
    if (process == 0) return {};
    return {process, make("thread")};
  }
  bool assignToJob(OsHandle job, OsHandle process) override {
    return note("assignToJob " + std::to_string(job) + " " + std::to_string(process));
  }
  TokenFacts processTokenFacts(OsHandle process) override {
    note("processTokenFacts " + std::to_string(process));
    return startedFacts;
  }
  bool resumeThread(OsHandle thread) override { return note("resumeThread " + std::to_string(thread)); }
  void terminateProcess(OsHandle process) override { note("terminateProcess " + std::to_string(process)); }
  void terminateJob(OsHandle job) override { note("terminateJob " + std::to_string(job)); }
  WindowWait waitForWindow(OsHandle, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& code) override {
    note("waitForWindow " + std::to_string(windowUp) + " " + std::to_string(milliseconds));
    if (window == WindowWait::exited) code = windowExitCode;
    return window;
  }
  void bringToFront(OsHandle process) override { note("bringToFront " + std::to_string(process)); }
  void askToLeave(OsHandle process) override { note("askToLeave " + std::to_string(process)); }
  ProcessEnd waitForProcess(OsHandle, std::uint32_t milliseconds, std::uint32_t& code) override {
    waitedFor = milliseconds;
    if (end == ProcessEnd::exited) code = exitCode;
    return end;
  }
  void closeHandle(OsHandle handle) override {
    note("closeHandle " + std::to_string(handle));
    open.erase(handle);
  }
  void writeEvent(EventId id, const std::vector<std::string>& values) override { events.emplace_back(id, values); }
  std::uint64_t monotonicMilliseconds() override { return now += 1500; }

  bool called(const std::string& start) const {
    for (const std::string& call : calls)
      if (call.rfind(start, 0) == 0) return true;
    return false;
  }

 private:
  bool note(const std::string& call) {
    calls.push_back(call);
    return failing.count(call.substr(0, call.find(' '))) == 0;
  }
  OsHandle make(const std::string& name, const std::string& arguments = "") {
    if (!note(arguments.empty() ? name : name + " " + arguments)) return 0;
    open.insert(++last);
    return last;
  }

  OsHandle last = 0;
};

}  // namespace keyturn::test
