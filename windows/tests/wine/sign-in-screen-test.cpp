// The provider on a sign-in screen as Microsoft's pages describe one (logon-ui.h).
#include "check.h"
#include "fields.h"
#include "logon-ui.h"
#include "provider-host.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

void configure() {
  clearSettings();
  setMachine("PortalUrl", "https://reset.example.com/");
}

constexpr auto bothEmpty = static_cast<CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS>(CPAO_EMPTY_LOCAL | CPAO_EMPTY_CONNECTED);

}  // namespace

TEST("on a screen without a list of users the links are below \"Other user\"") {
  configure();
  FakeUsers users;
  users.options = bothEmpty;
  {
    LogonUi screen(&users);
    CHECK(screen.open() && screen.tiles().size() == 1);
    ScreenTile* const tile = screen.select("");
    if (!CHECK(tile != nullptr)) return;
    CHECK(tile->place == ScreenTile::Place::otherUser);
    CHECK(tile->read(fieldReset) == "Forgot password?" && tile->read(fieldUnlock) == "Unlock account");
    CHECK(tile->read(fieldStatus) == "Opens a window in which you prove who you are.");
  }
  CHECK(users.references == 0 && canUnload());
}

TEST("each listed user has the links as a sign-in option, and \"Other user\" only where the screen wants it") {
  configure();
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUser bob("S-1-5-21-1-2-3-1002", "CORP\\bob");
  FakeUsers users({&alice, &bob});
  const struct {
    CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS options;
    bool hasOther;
  } cases[] = {{CPAO_NONE, false}, {CPAO_EMPTY_LOCAL, true}, {CPAO_EMPTY_CONNECTED, true}, {bothEmpty, true}};
  for (const auto scenario : {CPUS_LOGON, CPUS_UNLOCK_WORKSTATION})
    for (const auto& one : cases) {
      users.options = one.options;
      LogonUi screen(&users, scenario);
      CHECK(screen.open() && screen.tiles().size() == (one.hasOther ? 3u : 2u));
      for (const FakeUser* user : users.users) {
        const ScreenTile* const tile = screen.under(user->sid);
        CHECK(tile != nullptr && tile->place == ScreenTile::Place::user && tile->read(fieldReset) == "Forgot password?");
      }
      CHECK((screen.under("") != nullptr) == one.hasOther);
    }
  CHECK(alice.references == 0 && bob.references == 0 && users.references == 0 && canUnload());
}

TEST("on a screen that names no users, as before Windows 8, there is a tile of its own") {
  configure();
  LogonUi screen(nullptr);
  CHECK(screen.open() && screen.tiles().size() == 1 && screen.tiles()[0]->place == ScreenTile::Place::ownTile);
}

TEST("users that cannot be read are left out, and somebody can still get in") {
  configure();
  FakeUser broken("S-1-5-21-1", "CORP\\x");
  FakeUser nameless("", "CORP\\y");
  broken.fails = true;
  FakeUsers users({&broken, &nameless});
  users.claimedCount = 4'000'000'000;
  users.options = CPAO_EMPTY_LOCAL;
  {
    LogonUi screen(&users);
    CHECK(screen.open() && screen.tiles().size() == 1 && screen.under("") != nullptr);
  }
  CHECK(users.references == 0 && broken.references == 0 && nameless.references == 0);
}

TEST("only the sign-in and the lock screen are served") {
  configure();
  for (const auto scenario : {CPUS_CHANGE_PASSWORD, CPUS_CREDUI, CPUS_PLAP}) {
    FakeUsers users;
    LogonUi screen(&users, scenario);
    CHECK(!screen.open());
  }
}

TEST("without a usable portal there is no tile at all") {
  const char* const hostile[] = {nullptr,
                                 "",
                                 "http://reset.example.com/",
                                 "https://user@reset.example.com/",
                                 "https://reset.example.com/\" --remote-debugging-port=1",
                                 "file:///C:/Windows/System32/cmd.exe",
                                 "javascript:alert(1)",
                                 "https:///",
                                 "https://reset.example.com/?next=//evil.example",
                                 "https://reset.example.com\\@evil.example/",
                                 "\\\\evil.example\\share\\x.exe",
                                 "C:\\Windows\\System32\\cmd.exe"};
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUsers users({&alice});
  users.options = bothEmpty;
  for (const char* url : hostile) {
    clearSettings();
    setMachine("HelpDeskText", "Call 1234.");
    if (url != nullptr) setPolicy("PortalUrl", url);
    LogonUi screen(&users);
    CHECK_NOTE(screen.open() && screen.tiles().empty(), url == nullptr ? "(none)" : url);
  }
  CHECK(eventually(canUnload) && kioskReport(0).empty());
}

TEST("links and tile go by policy, anew for each sign-in screen") {
  configure();
  FakeUsers users;
  users.options = bothEmpty;
  setPolicy("ShowUnlock", DWORD{0});
  {
    LogonUi screen(&users);
    screen.open();
    ScreenTile* const tile = screen.select("");
    if (!CHECK(tile != nullptr)) return;
    CHECK(!tile->read(fieldReset).empty() && tile->read(fieldUnlock).empty());
    CHECK(tile->credential->CommandLinkClicked(fieldUnlock) == E_ACCESSDENIED);
  }
  setPolicy("ShowReset", DWORD{0});
  {
    LogonUi screen(&users);
    CHECK(screen.open() && screen.tiles().empty());
  }
  setPolicy("ShowReset", DWORD{1});
  setPolicy("Enabled", DWORD{0});
  LogonUi screen(&users);
  CHECK(screen.open() && screen.tiles().empty());
}

// What LogonUI may do with a screen, in any order that its pages allow.
TEST("300 screens in every legal order break no contract and leave no reference behind") {
  configure();
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUser bob("S-1-5-21-1-2-3-1002", "CORP\\bob");
  FakeUsers listed({&alice, &bob});
  FakeUsers nobody;
  nobody.options = bothEmpty;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    unsigned state = seed * 2654435761u;
    const auto pick = [&](unsigned below) {
      state = state * 1664525u + 1013904223u;
      return (state >> 16) % below;
    };
    std::vector<ComPointer<ICredentialProviderCredential>> kept;
    {
      LogonUi screen(pick(2) == 0 ? &listed : &nobody, pick(2) == 0 ? CPUS_LOGON : CPUS_UNLOCK_WORKSTATION);
      screen.open();
      for (unsigned step = 0; step < 12; ++step) {
        ScreenTile* const tile = screen.tiles().empty() ? nullptr : screen.tiles()[pick(static_cast<unsigned>(screen.tiles().size()))].get();
        switch (pick(9)) {
          case 0:
            screen.enumerate();
            break;
          case 1:
            screen.setUsers(pick(2) == 0 ? &listed : &nobody);
            screen.enumerate();
            break;
          case 2:  // the curtain comes down and goes up again
            screen.unadvise();
            screen.advise();
            break;
          case 3:
            if (tile != nullptr) {
              tile->unadvise();
              tile->advise();
            }
            break;
          case 4:
            if (tile != nullptr) screen.select(tile->sid);
            break;
          case 5:  // nf-...-getserialization, for a tile that has nothing to submit
            if (tile != nullptr) {
              CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE response = CPGSR_RETURN_CREDENTIAL_FINISHED;
              CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION serialization{};
              LPWSTR text = nullptr;
              CREDENTIAL_PROVIDER_STATUS_ICON icon = CPSI_NONE;
              CHECK(tile->credential->GetSerialization(&response, &serialization, &text, &icon) == S_OK);
              CHECK(response == CPGSR_NO_CREDENTIAL_NOT_FINISHED && serialization.rgbSerialization == nullptr);
            }
            break;
          case 6:  // nf-...-reportresult: after an attempt of another provider's credential
            if (tile != nullptr) {
              LPWSTR text = nullptr;
              CREDENTIAL_PROVIDER_STATUS_ICON icon = CPSI_NONE;
              CHECK(SUCCEEDED(tile->credential->ReportResult(static_cast<LONG>(0xC000006D), 0, &text, &icon)) && text == nullptr);
            }
            break;
          case 7:  // a reference held for longer than the screen lasts
            if (tile != nullptr) kept.emplace_back(tile->credential.get());
            break;
          default:
            pumpMessages();
        }
      }
    }
    CHECK(kept.empty() || !canUnload());
    kept.clear();
    CHECK_NOTE(canUnload(), std::to_string(seed));
  }
  CHECK(listed.references == 0 && nobody.references == 0 && alice.references == 0 && bob.references == 0);
}

TEST("after three starts that did not end there is no tile, and the next boot or an end by itself brings it back") {
  configure();
  FakeUsers users;
  users.options = bothEmpty;
  DWORD session = 0;
  ProcessIdToSessionId(GetCurrentProcessId(), &session);
  const std::string count = "UnfinishedStarts-" + std::to_string(session);
  {
    LogonUi screen(&users);
    CHECK(screen.open() && stateNumber(count.c_str()) == 1);
  }
  CHECK(stateNumber(count.c_str()) == 0);
  setState(count.c_str(), 2);
  {
    LogonUi screen(&users);
    CHECK(screen.open() && screen.tiles().size() == 1 && stateNumber(count.c_str()) == 3);
    // LogonUI dies here, and the next one begins.
    LogonUi next(&users);
    CHECK(next.open() && next.tiles().empty());
  }
  CHECK(eventually(canUnload));
  clearSettings();
  configure();
  LogonUi screen(&users);
  CHECK(screen.open() && screen.tiles().size() == 1);
}
