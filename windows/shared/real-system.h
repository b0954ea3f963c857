// ISystem on Windows.
#pragma once

#include <windows.h>

#include <memory>

#include "system.h"

namespace keyturn {

class RealSystem : public ISystem {
 public:
  // `module` is the DLL or program this code is linked into.
  explicit RealSystem(HMODULE module) : module_(module) {}

  RegistryValue readRegistry(RegistryScope scope, const std::string& name) override;
  void writeState(const std::string& name, std::uint32_t number) override;
  bool isRemoteSession() override;
  std::uint32_t sessionId() override;
  std::string computerName() override;
  std::string uiLanguage() override;
  std::string moduleFolder() override;
  bool fileExists(const std::string& path) override;
  std::string keyboardLayout() override;
  bool useKeyboardLayout(const std::string& layout) override;
  bool hasOtherKeyboardLayout() override;
  bool useNextKeyboardLayout() override;
  std::string keyboardName() override;
  DomainReach domainReach() override;
  std::uint32_t lastError() override;
  std::string errorText(std::uint32_t code) override;
  OsHandle openServiceToken(const std::string& service) override;
  OsHandle logOnLocalService() override;
  OsHandle restrictToken(OsHandle token) override;
  TokenFacts tokenFacts(OsHandle token) override;
  TokenFacts ownTokenFacts() override;
  std::string currentDesktop() override;
  OsHandle grantDesktopAccess(OsHandle token, const std::string& desktop) override;
  void revokeDesktopAccess(OsHandle grant) override;
  OsHandle createKioskJob() override;
  OsHandle createWindowEvent() override;
  StartedProcess createSuspendedProcess(OsHandle token, const ProcessStart& start) override;
  bool assignToJob(OsHandle job, OsHandle process) override;
  TokenFacts processTokenFacts(OsHandle process) override;
  bool resumeThread(OsHandle thread) override;
  void terminateProcess(OsHandle process) override;
  void terminateJob(OsHandle job) override;
  WindowWait waitForWindow(OsHandle process, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& exitCode) override;
  void bringToFront(OsHandle process) override;
  void askToLeave(OsHandle process) override;
  ProcessEnd waitForProcess(OsHandle process, std::uint32_t milliseconds, std::uint32_t& exitCode) override;
  void closeHandle(OsHandle handle) override;
  void writeEvent(EventId id, const std::vector<std::string>& values) override;
  std::uint64_t monotonicMilliseconds() override;

 private:
  HMODULE module_;
};

// The system a program works with. Which one is decided by the file that is linked: create-system.cpp in everything that
// ships, tests/wine/create-test-system.cpp in test programs alone.
std::shared_ptr<ISystem> createSystem(HMODULE module);

}  // namespace keyturn
