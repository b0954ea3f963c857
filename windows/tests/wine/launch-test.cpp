// The links of the provider with the test system, with a stand-in for the kiosk beside it.
#include "check.h"
#include "fields.h"
#include "logon-ui.h"
#include "provider-host.h"
#include "utf.h"

#include <fstream>

using namespace keyturn;
using namespace keyturn::test;

namespace {

constexpr const char* playFiles[] = {"kiosk-report.txt", "kiosk-stays.txt", "kiosk-silent.txt", "kiosk-exit.txt",
                                     "front.txt",        "events.txt",      "impatient.txt",    "kiosk-leaves.txt", "kiosk-window.txt"};

class SignInScreen {
 public:
  explicit SignInScreen(bool kioskStays = false) {
    clearSettings();
    setMachine("PortalUrl", "https://reset.example.com/");
    for (const char* file : playFiles) removeBesideModule(file);
    if (kioskStays) createBesideModule("kiosk-stays.txt");
  }

  void open() {
    ui = std::make_unique<LogonUi>(&users);
    ui->open();
    tile = ui->select(alice.sid);
  }

  // Looks for a text among what a person reads on the selected tile, for as long as it may take to come.
  bool shows(const std::string& text) {
    return eventually([&] { return ui->selected() != nullptr && ui->selected()->read(fieldStatus).find(text) != std::string::npos; });
  }

  ~SignInScreen() {
    ui = {};
    CHECK(eventually([&] { return users.references == 0 && alice.references == 0 && canUnload(); }));
    for (const char* file : playFiles) removeBesideModule(file);
  }

  FakeUser alice{"S-1-5-21-1-2-3-1001", "CORP\\canary-alice"};
  FakeUsers users{{&alice}};
  std::unique_ptr<LogonUi> ui;
  ScreenTile* tile = nullptr;
};

constexpr char ready[] = "Opens a window in which you prove who you are.";

void writeBesideModule(const std::string& file, const std::string& text) { std::ofstream(moduleFolder() + "\\" + file) << text; }

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
    CHECK(screen.ui->click(field) == S_OK);
    const auto report = kioskReport();
    CHECK(!report.empty());
    if (report.empty()) continue;
    const std::string goal = field == fieldReset ? "reset-password" : "unlock-account";
    // With the keyboard of the thread that clicks.
    wchar_t layout[KL_NAMELENGTH];
    CHECK(GetKeyboardLayoutNameW(layout));
    const std::string expected = "\"" + moduleFolder() + "\\KeyturnKiosk.exe\" \"--goal\" \"" + goal + "\" \"--language\" \"en-US\" \"--layout\" \"" +
                                 fromWide(layout).value_or("") + "\"";
    CHECK_NOTE(report.at("command") == expected, report.at("command"));
    CHECK_NOTE(report.at("desktop") == "WinSta0\\Winlogon", report.at("desktop"));
    CHECK(report.at("job") == "yes" && report.at("folder") == moduleFolder());
    CHECK(report.count("env:KEYTURN_ACCOUNT") == 0);
    CHECK(eventsHave("1|" + goal) && eventsHave("2|101|"));
  }
}

TEST("the kiosk gets no variable of the sign-in screen's own environment") {
  SetEnvironmentVariableW(L"LOGONUI_CANARY", L"1");
  SignInScreen screen;
  screen.open();
  screen.ui->click(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.count("env:LOGONUI_CANARY") == 0 && report.count("env:SystemRoot") == 1);
}

TEST("the selected user is handed on only where policy says so, and never logged") {
  SignInScreen screen;
  setPolicy("PrefillUser", DWORD{1});
  screen.open();
  screen.ui->click(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.at("env:KEYTURN_ACCOUNT") == "CORP\\canary-alice");
  CHECK(!report.empty() && report.at("command").find("canary") == std::string::npos);
  CHECK(eventsHave("2|101|"));
  for (const std::string& line : linesOf("events.txt")) CHECK(line.find("canary") == std::string::npos);
}

TEST("a hostile user name is not handed on") {
  SignInScreen screen;
  setPolicy("PrefillUser", DWORD{1});
  screen.alice.qualifiedName = "CORP\\x\" --goal format";
  screen.open();
  screen.ui->click(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && report.count("env:KEYTURN_ACCOUNT") == 0);
}

TEST("a click returns at once and says so, and a second one brings the window to the front") {
  SignInScreen screen(true);
  screen.open();
  CHECK(screen.tile->read(fieldStatus) == ready);
  const ULONGLONG begin = GetTickCount64();
  CHECK(screen.ui->click(fieldReset) == S_OK);
  CHECK(GetTickCount64() - begin < 250);
  CHECK_NOTE(screen.tile->read(fieldStatus).rfind("Opening password help.", 0) == 0, screen.tile->read(fieldStatus));
  const auto first = kioskReport();
  CHECK(!first.empty() && isRunning(first));
  CHECK(screen.shows("Password help is open in a window of its own."));
  CHECK(linesOf("front.txt").empty());
  removeBesideModule("kiosk-report.txt");
  CHECK(screen.ui->click(fieldUnlock) == S_OK);
  CHECK(linesOf("front.txt") == std::vector<std::string>{first.at("process")});
  CHECK(kioskReport(0).empty() && isRunning(first));
  CHECK(screen.ui->enumerations() == 1);
}

TEST("a sign-in screen may go away over losing the focus to the kiosk") {
  SignInScreen screen(true);
  screen.open();
  screen.ui->click(fieldReset);
  const auto report = kioskReport();
  if (!CHECK(!report.empty() && screen.shows("Password help is open in a window of its own."))) return;
  const HWND focused = CreateWindowExW(0, L"STATIC", L"KeyturnFocused", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  SetWindowLongPtrW(focused, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(screen.ui.get()));
  SetWindowLongPtrW(focused, GWLP_WNDPROC, reinterpret_cast<LONG_PTR>(+[](HWND window, UINT message, WPARAM wparam, LPARAM lparam) -> LRESULT {
    if (message != WM_KILLFOCUS) return DefWindowProcW(window, message, wparam, lparam);
    reinterpret_cast<LogonUi*>(GetWindowLongPtrW(window, GWLP_USERDATA))->unadvise();
    return 0;
  }));
  CHECK(screen.ui->click(fieldReset) == S_OK);
  CHECK(eventually([&] { return !isRunning(report); }));
  DestroyWindow(focused);
}

TEST("the kiosk ends when the sign-in screen goes away") {
  for (const bool byRelease : {false, true}) {
    SignInScreen screen(true);
    screen.open();
    screen.ui->click(fieldReset);
    const auto report = kioskReport();
    CHECK(!report.empty() && isRunning(report));
    if (report.empty()) continue;
    if (byRelease) {
      screen.ui = {};
    } else {
      screen.ui->unadvise();
    }
    CHECK(eventually([&] { return !isRunning(report); }));
    CHECK(eventsHave("2|1|"));
  }
}

TEST("a kiosk that is told to go ends by itself, and one that does not listen is ended a second later") {
  for (const bool listens : {true, false}) {
    SignInScreen screen(!listens);
    if (listens) createBesideModule("kiosk-leaves.txt");
    screen.open();
    screen.ui->click(fieldReset);
    const auto report = kioskReport();
    CHECK(!report.empty());
    if (report.empty()) continue;
    if (listens) CHECK(eventually([] { return !linesOf("kiosk-window.txt").empty(); }));
    const ULONGLONG begin = GetTickCount64();
    screen.ui->unadvise();
    // LogonUI's thread waits for neither.
    CHECK(GetTickCount64() - begin < 250);
    CHECK(eventually([&] { return !isRunning(report); }));
    CHECK(listens || GetTickCount64() - begin >= 900);
    CHECK(eventsHave(listens ? "2|104|" : "2|1|"));
  }
}

TEST("a link works again after the kiosk has ended, and the tile says no more than before") {
  SignInScreen screen;
  screen.open();
  for (int i = 0; i < 2; ++i) {
    removeBesideModule("kiosk-report.txt");
    removeBesideModule("events.txt");
    CHECK(screen.ui->click(fieldReset) == S_OK && !kioskReport().empty());
    CHECK(eventsHave("2|101|") && screen.shows(ready));
  }
  CHECK(screen.ui->enumerations() == 1);
}

TEST("after a goal that was reached the person is back where the password is typed; after anything else nothing is disturbed") {
  for (const unsigned code : {100u, 101u, 102u, 103u, 104u}) {
    SignInScreen screen;
    writeBesideModule("kiosk-exit.txt", std::to_string(code));
    screen.open();
    screen.ui->click(fieldReset);
    CHECK(eventsHave("2|" + std::to_string(code) + "|"));
    if (code == 100) {
      CHECK(eventually([&] { return screen.ui->enumerations() == 2; }) && screen.ui->selected() == nullptr);
      continue;
    }
    CHECK(screen.shows(code == 102   ? "closed because nothing was entered"
                       : code == 103 ? "open for too long. If you had saved a new password, it may be in force: try it."
                                     : ready));
    CHECK(screen.ui->enumerations() == 1 && screen.ui->selected() != nullptr);
  }
}

TEST("a goal that was reached on the screen before changes nothing on the next one") {
  SignInScreen screen;
  writeBesideModule("kiosk-exit.txt", "100");
  screen.open();
  screen.ui->click(fieldReset);
  // The news lies in the queue of this thread, which nobody reads until the screen is another one.
  const auto isTold = [&] { return stringOf(screen.tile->credential.get(), fieldStatus) == ready; };
  for (int i = 0; i < 1000 && !isTold(); ++i) Sleep(10);
  if (!CHECK(isTold() && screen.ui->enumerations() == 1)) return;
  screen.ui->leaveAndReturn();
  CHECK(screen.ui->enumerations() == 2);
  createBesideModule("kiosk-stays.txt");
  CHECK(screen.ui->select(screen.alice.sid) != nullptr && screen.ui->click(fieldReset) == S_OK);
  CHECK(screen.shows("Password help is open in a window of its own."));
  CHECK(screen.ui->enumerations() == 2 && screen.ui->selected() != nullptr);
}

TEST("a window that dies is a failure: the tile says so, and the event log tells how") {
  const struct {
    const char* code;
    bool isSilent;
    const char* shown;
    const char* event;
  } cases[] = {
      // A library could not attach to the desktop, before the first instruction.
      {"3221225794", true, "(window start 0xC0000142)", "10|0xC0000142|"},
      {"11", true, "(window start 0x0000000B)", "10|0x0000000B|"},
      {"1", true, "(window start 0x00000001)", "10|0x00000001|"},
      {"3221225477", false, "(window 0xC0000005)", "10|0xC0000005|"},
      {"7", false, "(window 0x00000007)", "10|0x00000007|"},
      // By what any program ends that somebody ends, or that gives up.
      {"0", false, "(window)", "10|0x00000000|"},
      {"1", false, "(window 0x00000001)", "10|0x00000001|"},
      {"3", false, "(window 0x00000003)", "10|0x00000003|"},
  };
  for (const auto& one : cases) {
    SignInScreen screen;
    setMachine("HelpDeskText", "Call 1234.");
    writeBesideModule("kiosk-exit.txt", one.code);
    if (one.isSilent) createBesideModule("kiosk-silent.txt");
    screen.open();
    CHECK(screen.ui->click(fieldReset) == S_OK);
    // What was under way in a window that was up nobody knows.
    const std::string shown = one.isSilent ? "Password help could not be opened " + std::string(one.shown) + ". Try again, or contact"
                                           : "Password help ended by a fault " + std::string(one.shown) +
                                                 ". If you had saved a new password, it may be in force: try it. Otherwise try again, or contact";
    CHECK_NOTE(screen.shows(shown + " your help desk. Call 1234."),
               screen.tile->read(fieldStatus));
    CHECK_NOTE(eventsHave(one.event), one.event);
    CHECK(screen.ui->enumerations() == 1);
  }
}

TEST("a window that never comes up is ended and told") {
  SignInScreen screen(true);
  createBesideModule("kiosk-silent.txt");
  createBesideModule("impatient.txt");
  screen.open();
  screen.ui->click(fieldReset);
  const auto report = kioskReport();
  CHECK(!report.empty() && screen.shows("could not be opened (window)"));
  CHECK(eventsHave("4|window|0x00000000|"));
  CHECK(report.empty() || eventually([&] { return !isRunning(report); }));
}

TEST("where the kiosk cannot start, the tile says so where the person is, and the event log tells why") {
  SignInScreen screen;
  setMachine("HelpDeskText", "Call 1234.");
  const std::wstring exe = toWide(moduleFolder() + "\\KeyturnKiosk.exe").value();
  const std::wstring aside = exe + L".aside";
  CHECK(MoveFileW(exe.c_str(), aside.c_str()) != FALSE);
  screen.open();
  CHECK(screen.ui->click(fieldReset) == S_OK);
  CHECK(screen.shows("Password help could not be opened (program 0x00000002). Try again, or contact your help desk. Call 1234."));
  CHECK(screen.ui->selected() == screen.tile && screen.ui->enumerations() == 1);
  CHECK(eventsHave("4|program|0x00000002|File not found"));
  MoveFileW(aside.c_str(), exe.c_str());
  CHECK(screen.ui->click(fieldReset) == S_OK && screen.shows(ready));
}

TEST("in a remote session there is no tile, unless policy wants it") {
  SignInScreen screen;
  createBesideModule("remote.txt");
  screen.open();
  CHECK(screen.ui->tiles().empty());
  setPolicy("ShowInRemoteSessions", DWORD{1});
  screen.open();
  CHECK(screen.ui->tiles().size() == 1);
  removeBesideModule("remote.txt");
}

TEST("a session that is taken over from elsewhere after the tile was shown opens nothing") {
  SignInScreen screen;
  screen.open();
  createBesideModule("remote.txt");
  CHECK(screen.ui->click(fieldReset) == E_ACCESSDENIED);
  CHECK(screen.shows("not offered in a remote session"));
  removeBesideModule("remote.txt");
  CHECK(kioskReport(0).empty());
  CHECK(screen.ui->click(fieldReset) == S_OK && !kioskReport().empty());
}

TEST("no exception leaves a method, and none does harm") {
  SignInScreen screen;
  screen.open();
  createBesideModule("throws.txt");
  CHECK(screen.ui->click(fieldReset) == E_FAIL);
  const auto other = createProvider();
  CHECK(other->SetUsageScenario(CPUS_LOGON, 0) == E_FAIL);
  CHECK(tileCount(other.get()) == 0);
  removeBesideModule("throws.txt");
  CHECK(other->SetUsageScenario(CPUS_LOGON, 0) == S_OK && tileCount(other.get()) == 1);
  CHECK(screen.ui->click(fieldReset) == S_OK && !kioskReport().empty());
  CHECK(eventsHave("2|101|"));
}

TEST("an exception on the launching thread is a failed launch, and the next one works") {
  SignInScreen screen;
  screen.open();
  createBesideModule("launch-throws.txt");
  CHECK(screen.ui->click(fieldReset) == S_OK);
  CHECK(screen.shows("Password help could not be opened (internal)."));
  CHECK(eventsHave("11|kiosk thread"));
  removeBesideModule("launch-throws.txt");
  CHECK(screen.ui->click(fieldReset) == S_OK && !kioskReport().empty());
  CHECK(eventsHave("2|101|") && screen.shows(ready));
}

TEST("a portal that is missing or refused is an event, once and not on every screen") {
  SignInScreen screen;
  clearSettings();
  setPolicy("PortalUrl", "http://canary.example/?token=1");
  for (int i = 0; i < 3; ++i) {
    screen.open();
    CHECK(eventsHave("3|PortalUrl|not a plain https address") && eventsHave("9"));
  }
    CHECK(linesOf("events.txt").size() == 2);
  for (const std::string& line : linesOf("events.txt")) CHECK(line.find("canary") == std::string::npos);
  // Put right, and then wrong again: that is news.
  setPolicy("PortalUrl", "https://reset.example.com/");
  screen.open();
  setPolicy("PortalUrl", "");
  screen.open();
  CHECK(eventually([] { return linesOf("events.txt").size() == 3; }));
}

TEST("a tile that is withheld is an event") {
  SignInScreen screen;
  DWORD session = 0;
  ProcessIdToSessionId(GetCurrentProcessId(), &session);
  setState(("UnfinishedStarts-" + std::to_string(session)).c_str(), 3);
  setState(("LastStart-" + std::to_string(session)).c_str(), static_cast<DWORD>(GetTickCount64() / 1000));
  screen.open();
  CHECK(screen.ui->tiles().empty() && eventsHave("12"));
}
