// The links of the provider with the test system, with a stand-in for the kiosk beside it.
#include "check.h"
#include "fields.h"
#include "provider-host.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

class SignInScreen {
 public:
  explicit SignInScreen(bool kioskStays = false) {
    clearSettings();
    setMachine("PortalUrl", "https://reset.example.com/");
    for (const char* file : {"kiosk-report.txt", "kiosk-stays.txt", "events.txt"}) removeBesideModule(file);
    if (kioskStays) createBesideModule("kiosk-stays.txt");
  }

  void open() {
    provider = createProvider();
    provider->SetUsageScenario(CPUS_LOGON, 0);
    query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(&users);
    provider->Advise(&events, 4711);
    tile = tileAt(provider.get(), 0);
  }

  void close() {
    tile = {};
    if (provider) {
      query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(nullptr);
      provider->UnAdvise();
    }
    provider = {};
  }

  ~SignInScreen() {
    close();
    CHECK(eventually([&] { return users.references == 0 && alice.references == 0 && events.references == 0 && canUnload(); }));
    removeBesideModule("kiosk-stays.txt");
  }

  FakeUser alice{"S-1-5-21-1-2-3-1001", "CORP\\canary-alice"};
  FakeUsers users{{&alice}};
  FakeProviderEvents events;
  ComPointer<ICredentialProvider> provider;
  ComPointer<ICredentialProviderCredential> tile;
};

bool eventsHave(const std::string& line) {
  return eventually([&] {
    for (const std::string& one : linesOf("events.txt"))
      if (one.rfind(line, 0) == 0) return true;
    return false;
  });
}

bool isRunning(const std::map<std::string, std::string>& report) {
  const HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(std::stoul(report.at("process"))));
  if (process == nullptr) return false;
  const bool running = WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
  CloseHandle(process);
  return running;
}

}  // namespace

TEST("each link starts the kiosk with its goal, in a job, on the desktop of the sign-in screen") {
  for (const DWORD field : {static_cast<DWORD>(fieldReset), static_cast<DWORD>(fieldUnlock)}) {
    SignInScreen screen;
    screen.open();
    CHECK(screen.tile->CommandLinkClicked(field) == S_OK);
    const auto report = kioskReport();
    CHECK(!report.empty());
    if (report.empty()) continue;
    const std::string goal = field == fieldReset ? "reset-password" : "unlock-account";
    const std::string expected = "\"" + moduleFolder() + "\\KeyturnKiosk.exe\" \"--goal\" \"" + goal + "\" \"--language\" \"en-US\"";
    CHECK_NOTE(report.at("command") == expected, report.at("command"));
    CHECK_NOTE(report.at("desktop") == "WinSta0\\Winlogon", report.at("desktop"));
    CHECK(report.at("job") == "yes" && report.at("folder") == moduleFolder());
    CHECK(report.count("env:KEYTURN_ACCOUNT") == 0);
    CHECK(eventsHave("1|" + goal) && eventsHave("2|7|"));
  }
}

TEST("the kiosk gets no variable of the sign-in screen's own environment") {
  SetEnvironmentVariableW(L"LOGONUI_CANARY", L"1");
  SignInScreen screen;
  screen.open();
  screen.tile->CommandLinkClicked(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.count("env:LOGONUI_CANARY") == 0 && report.count("env:SystemRoot") == 1);
}

TEST("the selected user is handed on only where policy says so, and never logged") {
  SignInScreen screen;
  setPolicy("PrefillUser", DWORD{1});
  screen.open();
  screen.tile->CommandLinkClicked(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.at("env:KEYTURN_ACCOUNT") == "CORP\\canary-alice");
  CHECK(!report.empty() && report.at("command").find("canary") == std::string::npos);
  CHECK(eventsHave("2|7|"));
  for (const std::string& line : linesOf("events.txt")) CHECK(line.find("canary") == std::string::npos);
}

TEST("a hostile user name is not handed on") {
  SignInScreen screen;
  setPolicy("PrefillUser", DWORD{1});
  screen.alice.qualifiedName = "CORP\\x\" --goal format";
  screen.open();
  screen.tile->CommandLinkClicked(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.count("env:KEYTURN_ACCOUNT") == 0);
}

TEST("a click returns at once, and a second one opens no second window") {
  SignInScreen screen(true);
  screen.open();
  const ULONGLONG begin = GetTickCount64();
  CHECK(screen.tile->CommandLinkClicked(fieldReset) == S_OK);
  CHECK(GetTickCount64() - begin < 250);
  const auto first = kioskReport();
  CHECK(!first.empty() && isRunning(first));
  removeBesideModule("kiosk-report.txt");
  CHECK(screen.tile->CommandLinkClicked(fieldUnlock) == S_OK);
  CHECK(kioskReport(1).empty());
  CHECK(isRunning(first));
}

TEST("the kiosk ends when the sign-in screen goes away") {
  for (const bool byRelease : {false, true}) {
    SignInScreen screen(true);
    screen.open();
    screen.tile->CommandLinkClicked(fieldReset);
    const auto report = kioskReport();
    CHECK(!report.empty() && isRunning(report));
    if (report.empty()) continue;
    if (byRelease) {
      screen.tile = {};
      screen.provider = {};
      query<ICredentialProviderSetUserArray>(screen.provider.get());
    } else {
      screen.provider->UnAdvise();
    }
    CHECK(eventually([&] { return !isRunning(report); }));
    CHECK(eventsHave("2|1|"));
  }
}

TEST("a link works again after the kiosk has ended") {
  SignInScreen screen;
  screen.open();
  for (int i = 0; i < 2; ++i) {
    removeBesideModule("kiosk-report.txt");
    removeBesideModule("events.txt");
    CHECK(eventually([&] {
      screen.tile->CommandLinkClicked(fieldReset);
      return !kioskReport(1).empty();
    }));
    CHECK(eventsHave("2|7|"));
  }
}

TEST("where the kiosk cannot start, the tile says so and the event log tells why") {
  SignInScreen screen;
  setMachine("HelpDeskText", "Call 1234.");
  const std::wstring exe = toWide(moduleFolder() + "\\KeyturnKiosk.exe").value();
  const std::wstring aside = exe + L".aside";
  CHECK(MoveFileW(exe.c_str(), aside.c_str()) != FALSE);
  screen.open();
  CHECK(screen.tile->CommandLinkClicked(fieldReset) == S_OK);
  CHECK(WaitForSingleObject(screen.events.changed, 20'000) == WAIT_OBJECT_0);
  CHECK(screen.events.context == 4711);
  CHECK(stringOf(screen.tile.get(), fieldStatus) == "Password help could not be opened. Try again, or contact your help desk. Call 1234.");
  CHECK(eventsHave("4|program|"));
  MoveFileW(aside.c_str(), exe.c_str());
}

TEST("in a remote session there is no tile, unless policy wants it") {
  SignInScreen screen;
  createBesideModule("remote.txt");
  screen.open();
  CHECK(tileCount(screen.provider.get()) == 0 && !screen.tile);
  setPolicy("ShowInRemoteSessions", DWORD{1});
  screen.provider->SetUsageScenario(CPUS_LOGON, 0);
  CHECK(tileCount(screen.provider.get()) == 1);
  removeBesideModule("remote.txt");
}

TEST("no exception leaves a method, and none does harm") {
  SignInScreen screen;
  screen.open();
  createBesideModule("throws.txt");
  CHECK(screen.tile->CommandLinkClicked(fieldReset) == E_FAIL);
  const auto other = createProvider();
  CHECK(other->SetUsageScenario(CPUS_LOGON, 0) == E_FAIL);
  CHECK(tileCount(other.get()) == 0);
  removeBesideModule("throws.txt");
  CHECK(other->SetUsageScenario(CPUS_LOGON, 0) == S_OK && tileCount(other.get()) == 1);
  CHECK(screen.tile->CommandLinkClicked(fieldReset) == S_OK && !kioskReport().empty());
  CHECK(eventsHave("2|7|"));
}

TEST("an exception on the launching thread is a failed launch, and the next one works") {
  SignInScreen screen;
  screen.open();
  createBesideModule("launch-throws.txt");
  CHECK(screen.tile->CommandLinkClicked(fieldReset) == S_OK);
  CHECK(WaitForSingleObject(screen.events.changed, 20'000) == WAIT_OBJECT_0);
  CHECK(stringOf(screen.tile.get(), fieldStatus).rfind("Password help could not be opened.", 0) == 0);
  CHECK(eventsHave("11|kiosk thread"));
  removeBesideModule("launch-throws.txt");
  CHECK(eventually([&] {
    screen.tile->CommandLinkClicked(fieldReset);
    return !kioskReport(1).empty();
  }));
  CHECK(eventsHave("2|7|"));
  CHECK(stringOf(screen.tile.get(), fieldStatus) == "Opens a window in which you prove who you are.");
}

TEST("a portal that is missing or refused is an event") {
  SignInScreen screen;
  clearSettings();
  setPolicy("PortalUrl", "http://canary.example/?token=1");
  screen.open();
  CHECK(eventsHave("3|PortalUrl|not a plain https address") && eventsHave("9"));
  for (const std::string& line : linesOf("events.txt")) CHECK(line.find("canary") == std::string::npos);
}
