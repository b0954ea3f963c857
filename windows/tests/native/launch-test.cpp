#include "check.h"
#include "fake-system.h"
#include "identity.h"
#include "launch-kiosk.h"
#include "start-brake.h"

using namespace keyturn;
using keyturn::test::FakeSystem;

namespace {

constexpr char desktop[] = "WinSta0\\Winlogon";

KioskStart resetFor(const std::string& account = "") { return {KioskGoal::resetPassword, "de-DE", account, "00000407"}; }

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Where a test looks at events and calls alone.
KioskFault fault;

}  // namespace

TEST("a launch makes its calls in this order and leaves nothing open") {
  FakeSystem system;
  {
    const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor("CORP\\alice"), desktop, fault);
    CHECK(static_cast<bool>(kiosk));
    CHECK_NOTE(joined(system.calls) ==
                   "fileExists C:\\Program Files\\Keyturn\\KeyturnKiosk.exe\n"
                   "openServiceToken KeyturnLogonHost\n"
                   "restrictToken 1\n"
                   "tokenFacts 2\n"
                   "closeHandle 1\n"
                   "createKioskJob\n"
                   "createWindowEvent\n"
                   "grantDesktopAccess 2 WinSta0\\Winlogon\n"
                   "createSuspendedProcess 2\n"
                   "thread\n"
                   "assignToJob 3 6\n"
                   "processTokenFacts 6\n"
                   "resumeThread 7\n"
                   "closeHandle 7\n"
                   "closeHandle 2\n",
               joined(system.calls));
    CHECK(system.started.executable == "C:\\Program Files\\Keyturn\\KeyturnKiosk.exe");
    CHECK_NOTE(system.started.commandLine ==
                   "\"C:\\Program Files\\Keyturn\\KeyturnKiosk.exe\" \"--goal\" \"reset-password\" \"--language\" \"de-DE\" \"--layout\" \"00000407\"",
               system.started.commandLine);
    CHECK(system.started.desktop == desktop);
    CHECK(system.started.folder == "C:\\Program Files\\Keyturn");
    CHECK(system.started.environment.size() == 1 && system.started.environment[0].first == "KEYTURN_ACCOUNT" &&
          system.started.environment[0].second == "CORP\\alice");
    superviseKiosk(system, Settings(), kiosk, KioskWatch(), fault);
  }
  CHECK(system.open.empty());
  CHECK(system.calls.back() == "revokeDesktopAccess 5");
  CHECK(system.events.size() == 2 && system.events[0].first == EventId::kioskStarted && system.events[1].first == EventId::kioskEnded);
  CHECK(system.events[0].second == std::vector<std::string>{"reset-password"});
  CHECK((system.events[1].second == std::vector<std::string>{"100", "1"}));
}

TEST("without a name to hand on the environment is empty") {
  FakeSystem system;
  CHECK(static_cast<bool>(launchKiosk(system, Settings(), resetFor(), desktop, fault)));
  CHECK(system.started.environment.empty());
}

TEST("the identity is the one of the setting") {
  FakeSystem system;
  Settings settings;
  settings.kioskIdentity = "local-service";
  CHECK(static_cast<bool>(launchKiosk(system, settings, resetFor(), desktop, fault)));
  CHECK(system.called("logOnLocalService") && !system.called("openServiceToken"));
}

TEST("every step that fails ends the launch, closes everything and is logged") {
  const char* const steps[] = {"moduleFolder",  "fileExists",         "openServiceToken",       "restrictToken",
                               "createKioskJob", "createWindowEvent",  "grantDesktopAccess", "createSuspendedProcess", "assignToJob",
                               "resumeThread"};
  for (const char* step : steps) {
    FakeSystem system;
    system.failing = {step};
    { CHECK_NOTE(!launchKiosk(system, Settings(), resetFor("CORP\\alice"), desktop, fault), step); }
    CHECK_NOTE(system.open.empty(), step);
    CHECK_NOTE(system.events.size() == 1 && system.events[0].first == EventId::launchFailed, step);
    CHECK_NOTE(system.events[0].second.size() == 3 && system.events[0].second[1] == "0x00000005", step);
    CHECK_NOTE(system.events[0].second[2] == "text of 5" && fault.step == system.events[0].second[0] && fault.code == 5, step);
    CHECK_NOTE(std::string(step) == "resumeThread" || !system.called("resumeThread"), step);
  }
}

TEST("a process that is in no job is ended at once") {
  FakeSystem system;
  system.failing = {"assignToJob"};
  CHECK(!launchKiosk(system, Settings(), resetFor(), desktop, fault));
  CHECK(system.called("terminateProcess 6"));
}

TEST("an unknown desktop is refused before any token is made") {
  FakeSystem system;
  CHECK(!launchKiosk(system, Settings(), resetFor(), "", fault));
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
    CHECK(!launchKiosk(before, Settings(), resetFor(), desktop, fault));
    CHECK(!before.called("createSuspendedProcess") && before.open.empty());
    CHECK(before.events.size() == 1 && before.events[0].first == EventId::identityRefused);

    // The same, found only on the process that was really started: it never runs an instruction.
    FakeSystem after;
    after.startedFacts = facts;
    CHECK(!launchKiosk(after, Settings(), resetFor(), desktop, fault));
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
  const RunningKiosk kiosk = launchKiosk(system, settings, resetFor(), desktop, fault);
  CHECK(superviseKiosk(system, settings, kiosk, KioskWatch(), fault) == KioskEnd::tooLong);
  CHECK(system.waitedFor == 150'000);
  CHECK(system.called("terminateJob 3"));
  CHECK(system.events.back().first == EventId::kioskEnded && system.events.back().second[0] == "103");
}

TEST("only codes of a window that was up are an end, everything else is a fault, logged as an error") {
  for (std::uint64_t i = 0; i <= 0x300; ++i) {
    // All small codes, and those of Windows around where they begin.
    const auto code = static_cast<std::uint32_t>(i <= 0x100 ? i : 0xC0000000u + i - 0x101);
    for (const bool isUp : {true, false}) {
      FakeSystem system;
      system.window = isUp ? WindowWait::up : WindowWait::exited;
      system.exitCode = system.windowExitCode = code;
      const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor(), desktop, fault);
      fault = {};
      const KioskEnd end = superviseKiosk(system, Settings(), kiosk, KioskWatch(), fault);
      const bool isNormal = isUp && code >= 100 && code <= 104;
      const std::string note = std::to_string(code) + (isUp ? " up" : "");
      const KioskEnd byFault = isUp ? KioskEnd::died : KioskEnd::faulted;
      CHECK_NOTE((end == byFault) != isNormal && (end == KioskEnd::reached) == (isNormal && code == 100), note);
      CHECK_NOTE(system.events.back().first == (isNormal ? EventId::kioskEnded : EventId::kioskFailed), note);
      CHECK_NOTE(isNormal || (fault.code == code && system.events.back().second[0] == hexadecimal(code)), note);
      // Stopped by the provider itself, whenever that was.
      const KioskWatch stopped{{}, [] { return true; }};
      CHECK_NOTE(superviseKiosk(system, Settings(), kiosk, stopped, fault) == KioskEnd::closed, note);
      CHECK_NOTE(system.events.back().first == EventId::kioskEnded, note);
    }
  }
  CHECK(levelOf(EventId::kioskFailed) == EventLevel::error);
}

TEST("a window that is not up in time, or of which nobody can tell, is ended and told") {
  for (const WindowWait wait : {WindowWait::timedOut, WindowWait::failed}) {
    FakeSystem system;
    system.window = wait;
    const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor(), desktop, fault);
    bool isUp = false;
    CHECK(superviseKiosk(system, Settings(), kiosk, {[&] { isUp = true; }, {}}, fault) == KioskEnd::faulted && !isUp);
    CHECK(system.called("waitForWindow 4 30000") && system.called("terminateJob 3") && fault.step == "window");
    CHECK(system.events.back().first == EventId::launchFailed);
  }
}

TEST("a screen that dies again and again goes without the tile until the hour is over, and no other screen does") {
  FakeSystem system;
  const auto after = [&](std::uint64_t seconds) { system.now += seconds * 1000; };
  // An ordinary day: each screen ends by itself, or stays for longer than a minute.
  for (int i = 0; i < 10; ++i) {
    after(5);
    CHECK(beginScreen(system));
    endScreen(system);
  }
  for (int i = 0; i < 10; ++i) {
    after(70);
    CHECK(beginScreen(system));
  }
  after(600);
  // The loop.
  for (int i = 0; i < 3; ++i) {
    CHECK(beginScreen(system));
    after(5);
  }
  for (int i = 0; i < 5; ++i) {
    CHECK(!beginScreen(system));
    after(5);
  }
  // Another session goes on.
  system.session = 2;
  CHECK(beginScreen(system));
  system.session = 1;
  after(3600);
  CHECK(beginScreen(system));
  endScreen(system);
  CHECK(beginScreen(system));
}

TEST("no event ever holds the account name") {
  for (const char* step : {"", "openServiceToken", "createSuspendedProcess", "assignToJob", "resumeThread"}) {
    FakeSystem system;
    system.failing = {step};
    {
      const RunningKiosk kiosk = launchKiosk(system, Settings(), resetFor("CORP\\canary-name"), desktop, fault);
      if (kiosk) superviseKiosk(system, Settings(), kiosk, KioskWatch(), fault);
    }
    for (const auto& event : system.events)
      for (const std::string& value : event.second) CHECK(value.find("canary") == std::string::npos);
  }
}

TEST("LogLevel keeps lesser events out of the log") {
  FakeSystem system;
  Settings settings;
  settings.logLevel = "error";
  CHECK(static_cast<bool>(launchKiosk(system, settings, resetFor(), desktop, fault)));
  CHECK(system.events.empty());
  system.failing = {"createKioskJob"};
  CHECK(!launchKiosk(system, settings, resetFor(), desktop, fault));
  CHECK(system.events.size() == 1);
  CHECK(isLogged(EventLevel::warning, "warning") && !isLogged(EventLevel::information, "warning"));
}
