#include "check.h"
#include "fake-system.h"
#include "identity.h"
#include "launch-kiosk.h"

using namespace keyturn;
using keyturn::test::FakeSystem;

namespace {

constexpr char desktop[] = "WinSta0\\Winlogon";

KioskStart resetFor(const std::string& account = "") { return {KioskGoal::resetPassword, "de-DE", account}; }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST("a launch makes its calls in this order and leaves nothing open") {
  FakeSystem system;
  {
    const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor("CORP\\alice"), desktop);
    CHECK(static_cast<bool>(kiosk));
    CHECK_NOTE(joined(system.calls) ==
                   "fileExists C:\\Program Files\\Keyturn\\KeyturnKiosk.exe\n"
                   "openServiceToken KeyturnLogonHost\n"
                   "restrictToken 1\n"
                   "tokenFacts 2\n"
                   "closeHandle 1\n"
                   "createKioskJob\n"
                   "grantDesktopAccess 2 WinSta0\\Winlogon\n"
                   "createSuspendedProcess 2\n"
                   "thread\n"
                   "assignToJob 3 5\n"
                   "processTokenFacts 5\n"
                   "resumeThread 6\n"
                   "closeHandle 6\n"
                   "closeHandle 2\n",
               joined(system.calls));
    CHECK(system.started.executable == "C:\\Program Files\\Keyturn\\KeyturnKiosk.exe");
    CHECK_NOTE(system.started.commandLine ==
                   "\"C:\\Program Files\\Keyturn\\KeyturnKiosk.exe\" \"--goal\" \"reset-password\" \"--language\" \"de-DE\"",
               system.started.commandLine);
    CHECK(system.started.desktop == desktop);
    CHECK(system.started.folder == "C:\\Program Files\\Keyturn");
    CHECK(system.started.environment.size() == 1 && system.started.environment[0].first == "KEYTURN_ACCOUNT" &&
          system.started.environment[0].second == "CORP\\alice");
    superviseKiosk(system, Settings(), kiosk);
  }
  CHECK(system.open.empty());
  CHECK(system.calls.back() == "revokeDesktopAccess 4");
  CHECK(system.events.size() == 2 && system.events[0].first == EventId::kioskStarted && system.events[1].first == EventId::kioskEnded);
  CHECK(system.events[0].second == std::vector<std::string>{"reset-password"});
  CHECK((system.events[1].second == std::vector<std::string>{"0", "1"}));
}

TEST("without a name to hand on the environment is empty") {
  FakeSystem system;
  CHECK(static_cast<bool>(launchKiosk(system, Settings(), resetFor(), desktop)));
  CHECK(system.started.environment.empty());
}

TEST("the identity is the one of the setting") {
  FakeSystem system;
  Settings settings;
  settings.kioskIdentity = "local-service";
  CHECK(static_cast<bool>(launchKiosk(system, settings, resetFor(), desktop)));
  CHECK(system.called("logOnLocalService") && !system.called("openServiceToken"));
}

TEST("every step that fails ends the launch, closes everything and is logged") {
  const char* const steps[] = {"moduleFolder",  "fileExists",         "openServiceToken",       "restrictToken",
                               "createKioskJob", "grantDesktopAccess", "createSuspendedProcess", "assignToJob",
                               "resumeThread"};
  for (const char* step : steps) {
    FakeSystem system;
    system.failing = {step};
    { CHECK_NOTE(!launchKiosk(system, Settings(), resetFor("CORP\\alice"), desktop), step); }
    CHECK_NOTE(system.open.empty(), step);
    CHECK_NOTE(system.events.size() == 1 && system.events[0].first == EventId::launchFailed, step);
    CHECK_NOTE(system.events[0].second.size() == 2 && system.events[0].second[1] == "5", step);
    CHECK_NOTE(std::string(step) == "resumeThread" || !system.called("resumeThread"), step);
  }
}

TEST("a process that is in no job is ended at once") {
  FakeSystem system;
  system.failing = {"assignToJob"};
  CHECK(!launchKiosk(system, Settings(), resetFor(), desktop));
  CHECK(system.called("terminateProcess 5"));
}

TEST("an unknown desktop is refused before any token is made") {
  FakeSystem system;
  CHECK(!launchKiosk(system, Settings(), resetFor(), ""));
  CHECK(!system.called("openServiceToken"));
}

TEST("a token with too many rights starts nothing") {
  const TokenFacts refused[] = {
      TokenFacts(),
      {true, false, 0x2000, {}},
      {false, true, 0x2000, {}},
      {false, false, 0x2001, {}},
      {false, false, 0x3000, {}},
      {false, false, 0x4000, {}},
      {false, false, 0x2000, {"SeChangeNotifyPrivilege", "SeDebugPrivilege"}},
      {false, false, 0x2000, {"unknown"}},
  };
  for (const TokenFacts& facts : refused) {
    FakeSystem before;
    before.restrictedFacts = facts;
    CHECK(!launchKiosk(before, Settings(), resetFor(), desktop));
    CHECK(!before.called("createSuspendedProcess") && before.open.empty());
    CHECK(before.events.size() == 1 && before.events[0].first == EventId::identityRefused);

    // The same, found only on the process that was really started: it never runs an instruction.
    FakeSystem after;
    after.startedFacts = facts;
    CHECK(!launchKiosk(after, Settings(), resetFor(), desktop));
    CHECK(after.called("terminateJob") && !after.called("resumeThread") && after.open.empty());
    CHECK(after.events.size() == 1 && after.events[0].first == EventId::identityRefused);
  }
}

TEST("low and medium integrity without privileges are allowed") {
  CHECK(!refusalOf({false, false, 0x1000, {}}));
  CHECK(!refusalOf({false, false, 0x2000, {"SeChangeNotifyPrivilege"}}));
}

TEST("a window that outlives its limit is ended") {
  FakeSystem system;
  system.end = ProcessEnd::timedOut;
  Settings settings;
  settings.sessionLimitSeconds = 120;
  const RunningKiosk kiosk = launchKiosk(system, settings, resetFor(), desktop);
  superviseKiosk(system, settings, kiosk);
  CHECK(system.waitedFor == 150'000);
  CHECK(system.called("terminateJob 3"));
  CHECK(system.events.back().first == EventId::kioskEnded && system.events.back().second[0] == "1");
}

TEST("no event ever holds the account name") {
  for (const char* step : {"", "openServiceToken", "createSuspendedProcess", "assignToJob", "resumeThread"}) {
    FakeSystem system;
    system.failing = {step};
    {
      const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor("CORP\\canary-name"), desktop);
      if (kiosk) superviseKiosk(system, Settings(), kiosk);
    }
    for (const auto& event : system.events)
      for (const std::string& value : event.second) CHECK(value.find("canary") == std::string::npos);
  }
}

TEST("LogLevel keeps lesser events out of the log") {
  FakeSystem system;
  Settings settings;
  settings.logLevel = "error";
  CHECK(static_cast<bool>(launchKiosk(system, settings, resetFor(), desktop)));
  CHECK(system.events.empty());
  system.failing = {"createKioskJob"};
  CHECK(!launchKiosk(system, settings, resetFor(), desktop));
  CHECK(system.events.size() == 1);
  CHECK(isLogged(EventLevel::warning, "warning") && !isLogged(EventLevel::information, "warning"));
}
