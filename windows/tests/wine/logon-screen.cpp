// A sign-in screen (logon-ui.h) on a computer where the client is installed, worked from outside: it takes the providers that are
// registered, as Windows does. Commands as lines with tabs on standard input, one line of JSON for each on standard output; any other
// line is a complaint about the provider. Test only.
//   open [SID NAME]   a new screen for a sign-in, with that user and "Other user"
//   select [SID]      the tile below that user, or below "Other user"
//   click FIELD       a link of it
//   read              what a person sees
//   close             the screen goes away
#include <windows.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "fields.h"
#include "json.h"
#include "logon-ui.h"
#include "utf.h"

namespace keyturn::test {
namespace {

constexpr UINT commandMessage = WM_APP + 100;
constexpr wchar_t providersKey[] = L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Authentication\\Credential Providers";

struct Screen {
  FakeUser user;
  FakeUsers users;
  LogonUi ui{&users};

  Screen(std::string sid, std::string name) : user(std::move(sid), std::move(name)) {
    if (!user.sid.empty()) users.users.push_back(&user);
    users.options = CPAO_EMPTY_CONNECTED;
  }
  ~Screen() {
    ui.close();
    CHECK(user.references == 0 && users.references == 0);
  }
};

std::unique_ptr<Screen> screen;

// With nothing of ours selected the person is where Windows' own provider asks for the password.
Json read() {
  Json answer = Json::object();
  answer.set("isOpen", Json::boolean(screen != nullptr));
  if (!screen) return answer;
  const ScreenTile* const tile = screen->ui.selected();
  answer.set("tiles", Json::number(static_cast<double>(screen->ui.tiles().size())));
  answer.set("enumerations", Json::number(screen->ui.enumerations()));
  answer.set("isAtPassword", Json::boolean(tile == nullptr));
  const auto text = [&](DWORD field) { return Json::string(tile == nullptr ? "" : tile->read(field)); };
  answer.set("below", Json::string(tile == nullptr ? "" : tile->place == ScreenTile::Place::otherUser ? "Other user" : tile->sid));
  answer.set("title", text(fieldTitle)).set("reset", text(fieldReset)).set("unlock", text(fieldUnlock)).set("status", text(fieldStatus));
  return answer;
}

Json perform(const std::vector<std::string>& words) {
  const auto word = [&](std::size_t index) { return index < words.size() ? words[index] : std::string(); };
  bool isDone = true;
  if (words[0] == "open") {
    screen = {};
    screen = std::make_unique<Screen>(word(1), word(2));
    isDone = screen->ui.open();
  }
  if (words[0] == "close") screen = {};
  if (words[0] == "select") isDone = screen && screen->ui.select(word(1)) != nullptr;
  if (words[0] == "click") isDone = screen && screen->ui.click(word(1) == "reset" ? fieldReset : fieldUnlock) == S_OK;
  return read().set("isDone", Json::boolean(isDone));
}

// The commands come to the thread of the screen among its messages: it handles these at any time, as LogonUI's does.
DWORD WINAPI readCommands(void* thread) {
  const DWORD id = static_cast<DWORD>(reinterpret_cast<std::uintptr_t>(thread));
  for (std::string line; std::getline(std::cin, line);)
    PostThreadMessageW(id, commandMessage, 0, reinterpret_cast<LPARAM>(new std::string(line)));
  PostThreadMessageW(id, WM_QUIT, 0, 0);
  return 0;
}

void answer(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> words(1);
  for (const char c : line) {
    if (c == '\t') words.emplace_back();
    else words.back() += c;
  }
  std::cout << writeJson(perform(words)) << std::endl;
}

}  // namespace

// The one provider that is registered; wine brings none of its own.
ComPointer<ICredentialProvider> createProvider() {
  ComPointer<ICredentialProvider> provider;
  HKEY key = nullptr;
  if (!CHECK(RegOpenKeyExW(HKEY_LOCAL_MACHINE, providersKey, 0, KEY_READ | KEY_WOW64_64KEY, &key) == ERROR_SUCCESS)) return provider;
  wchar_t name[64];
  DWORD length = 64;
  CLSID id{};
  const bool isNamed = RegEnumKeyExW(key, 0, name, &length, nullptr, nullptr, nullptr, nullptr) == ERROR_SUCCESS;
  if (CHECK(isNamed && SUCCEEDED(CLSIDFromString(name, &id))))
    CHECK(SUCCEEDED(CoCreateInstance(id, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ICredentialProvider), reinterpret_cast<void**>(provider.out()))));
  length = 64;
  CHECK(RegEnumKeyExW(key, 1, name, &length, nullptr, nullptr, nullptr, nullptr) == ERROR_NO_MORE_ITEMS);
  RegCloseKey(key);
  return provider;
}

int runScreen() {
  CHECK(enterSignInDesktop());
  CHECK(SUCCEEDED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED)));
  MSG message = {};
  // Makes the queue that the commands come to.
  PeekMessageW(&message, nullptr, WM_USER, WM_USER, PM_NOREMOVE);
  void* const own = reinterpret_cast<void*>(static_cast<std::uintptr_t>(GetCurrentThreadId()));
  if (CreateThread(nullptr, 0, readCommands, own, 0, nullptr) == nullptr) return 1;
  while (GetMessageW(&message, nullptr, 0, 0) > 0) {
    if (message.hwnd != nullptr || message.message != commandMessage) {
      TranslateMessage(&message);
      DispatchMessageW(&message);
      continue;
    }
    const std::unique_ptr<std::string> line(reinterpret_cast<std::string*>(message.lParam));
    answer(*line);
  }
  screen = {};
  return 0;
}

}  // namespace keyturn::test

int main() { return keyturn::test::runScreen(); }
