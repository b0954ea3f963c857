// Every effect on the operating system that the client has, behind one interface: real-system.cpp does it on Windows, the
// recording fake in tests/fake-system.h says what would have been done.
//
// All texts are UTF-8. No method throws. A method that can fail says so in its result; the caller fails closed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events.h"

namespace keyturn {

// `state` is what the client itself notes down until the next boot.
enum class RegistryScope { policy, machine, state };

// What stands in the registry under one value name. `other` is a type the client does not read, or a value too long to read.
struct RegistryValue {
  enum class Kind { absent, number, text, other };
  Kind kind = Kind::absent;
  std::uint32_t number = 0;
  std::string text;
};

// An operating-system object, opaque to the code above the interface. Zero is no object.
using OsHandle = std::uintptr_t;

// What decides whether a token may run the recovery window. The defaults are the worst case: what could not be read is refused.
struct TokenFacts {
  bool isSystem = true;
  bool isAdministrator = true;             // member of BUILTIN\Administrators, enabled or not
  std::uint32_t integrityLevel = 0x4000;   // the RID of the label: 0x2000 medium, 0x3000 high, 0x4000 system
  std::vector<std::string> privileges{"unknown"};  // names of all privileges held, enabled or not
};

enum class ProcessEnd { exited, timedOut, failed };

// What became of a started window: it says that it is up, it ended before, nothing came in time, or nobody can tell.
enum class WindowWait { up, exited, timedOut, failed };

// Whether this computer reaches a domain controller, by which alone it learns of a new password.
enum class DomainReach {
  notInDomain,  // it asks no domain controller at a sign-in
  reached,
  notReached,
  notKnown,     // nobody could tell
};

struct ProcessStart {
  std::string executable;                 // absolute path
  std::string commandLine;                // quoted, with the program name first
  std::string desktop;                    // "station\desktop"
  std::string folder;                     // working folder
  OsHandle windowUp = 0;                  // an event the process may set and nothing else: the one handle it inherits
  // The whole environment, beside what every program needs: SystemRoot, SystemDrive, windir and a PATH of the system folder.
  std::vector<std::pair<std::string, std::string>> environment;
};

struct StartedProcess {
  OsHandle process = 0;
  OsHandle thread = 0;
};

class ISystem {
 public:
  virtual ~ISystem() = default;

  // --- registry: HKLM only, 64-bit view
  virtual RegistryValue readRegistry(RegistryScope scope, const std::string& name) = 0;

  // Notes a number down in the scope `state`. What cannot be written is not told: nothing depends on it but comfort.
  virtual void writeState(const std::string& name, std::uint32_t number) = 0;

  // --- surroundings
  virtual bool isRemoteSession() = 0;
  // The session this process runs in; 0 if unknown.
  virtual std::uint32_t sessionId() = 0;
  // NetBIOS name of this machine; empty if unknown.
  virtual std::string computerName() = 0;
  // BCP 47 tag of the language the screen is shown in, for example "de-DE"; empty if unknown.
  virtual std::string uiLanguage() = 0;
  // Folder this module was loaded from, without a trailing backslash; empty if unknown.
  virtual std::string moduleFolder() = 0;
  virtual bool fileExists(const std::string& path) = 0;

  // --- keyboard: what the keys mean on the calling thread, by input locale identifiers such as "00000407"
  // Empty if unknown.
  virtual std::string keyboardLayout() = 0;
  // Loads and takes a layout of this machine; false if it has none of that name.
  virtual bool useKeyboardLayout(const std::string& layout) = 0;
  // Whether more than one is loaded.
  virtual bool hasOtherKeyboardLayout() = 0;
  // Takes the next one of those that are loaded; false if there is no other.
  virtual bool useNextKeyboardLayout() = 0;
  // What people call the one that is in use, in their own language; empty if unknown.
  virtual std::string keyboardName() = 0;

  // Asks the domain this computer is in, if any. May take as long as the network makes it.
  virtual DomainReach domainReach() = 0;

  // --- tokens; 0 on failure. `lastError` tells the Win32 code of the last failure on this thread.
  virtual std::uint32_t lastError() = 0;
  // What Windows says about a Win32 error or an NTSTATUS, in English and in one line; empty if it says nothing.
  virtual std::string errorText(std::uint32_t code) = 0;
  // The primary token of the service's process; starts the service when it does not run and waits for it half a minute:
  // Windows makes a profile for a virtual account when its service first starts.
  virtual OsHandle openServiceToken(const std::string& service) = 0;
  virtual OsHandle logOnLocalService() = 0;
  // A new token: no privileges but SeChangeNotify, medium integrity, bound to the session of this process.
  virtual OsHandle restrictToken(OsHandle token) = 0;
  virtual TokenFacts tokenFacts(OsHandle token) = 0;
  virtual TokenFacts ownTokenFacts() = 0;

  // --- desktop
  // "station\desktop" of the calling thread, empty if unknown.
  virtual std::string currentDesktop() = 0;
  // Lets the token's logon session show windows on that station and desktop; 0 on failure. `revokeDesktopAccess` takes the
  // right back and frees the grant.
  virtual OsHandle grantDesktopAccess(OsHandle token, const std::string& desktop) = 0;
  virtual void revokeDesktopAccess(OsHandle grant) = 0;

  // --- job and process
  // A job that ends its processes when its handle closes, with room for one process and the user-interface limits set.
  virtual OsHandle createKioskJob() = 0;
  // An event by which a started window says that it is up; 0 on failure.
  virtual OsHandle createWindowEvent() = 0;
  virtual StartedProcess createSuspendedProcess(OsHandle token, const ProcessStart& start) = 0;
  virtual bool assignToJob(OsHandle job, OsHandle process) = 0;
  // The token a started process really runs under.
  virtual TokenFacts processTokenFacts(OsHandle process) = 0;
  virtual bool resumeThread(OsHandle thread) = 0;
  virtual void terminateProcess(OsHandle process) = 0;
  virtual void terminateJob(OsHandle job) = 0;
  // Waits for the event or for the end of the process, whichever comes first.
  virtual WindowWait waitForWindow(OsHandle process, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& exitCode) = 0;
  // Puts the window of that process above all others, with the focus. To be called where the focus is.
  virtual void bringToFront(OsHandle process) = 0;
  // Tells the window of that process that its time is over: it goes without a question. Never waits for it.
  virtual void askToLeave(OsHandle process) = 0;
  virtual ProcessEnd waitForProcess(OsHandle process, std::uint32_t milliseconds, std::uint32_t& exitCode) = 0;
  virtual void closeHandle(OsHandle handle) = 0;

  // --- event log and clock
  // `values` fill %1, %2, ... of the message. Never a user name, a code, a password or the query of an address.
  virtual void writeEvent(EventId id, const std::vector<std::string>& values) = 0;
  // Milliseconds of a clock that never goes back.
  virtual std::uint64_t monotonicMilliseconds() = 0;
};

// Owns an OsHandle.
class ScopedHandle {
 public:
  ScopedHandle() = default;
  ScopedHandle(ISystem& system, OsHandle handle) : system_(&system), handle_(handle) {}
  ScopedHandle(const ScopedHandle&) = delete;
  ScopedHandle& operator=(const ScopedHandle&) = delete;
  ScopedHandle(ScopedHandle&& other) noexcept : system_(other.system_), handle_(std::exchange(other.handle_, 0)) {}
  ScopedHandle& operator=(ScopedHandle&& other) noexcept {
    if (this != &other) {
      reset();
      system_ = other.system_;
      handle_ = std::exchange(other.handle_, 0);
    }
    return *this;
  }
  ~ScopedHandle() { reset(); }

  OsHandle get() const { return handle_; }
  explicit operator bool() const { return handle_ != 0; }
  void reset() {
    if (handle_ != 0) system_->closeHandle(std::exchange(handle_, 0));
  }

 private:
  ISystem* system_ = nullptr;
  OsHandle handle_ = 0;
};

}  // namespace keyturn
