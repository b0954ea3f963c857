// Works the recovery window from outside, as a person and a screen reader would: commands as lines with tabs on standard input,
// one line of JSON for each on standard output. An argument names the desktop the window is on. Test only.
//   read                  what stands in the window; while a page is being made that is waited for
//   set ID TEXT           text of an edit control
//   check ID 0|1          radio button or check box
//   click ID              presses a button
//   type TEXT             characters into the control with the focus
//   key CODE              virtual key to the control with the focus
//   paste ID TEXT         through the clipboard
//   copy ID               selects all and copies; answers what the clipboard then holds
//   menu ID               asks for the context menu; answers whether one opened
//   point X Y             puts the pointer there, in pixels from the window's corner
//   still                 tells of the pointer where it is, as Windows does by itself
//   front                 brings it to the front as the provider does, be it hidden
//   close                 the window's own close button
//   leave                 tells it to go as the provider does
//   end CODE              ends its process with that code, as the task manager does
//   half                  one half of a character of two into the control with the focus
//   proxy [HOST:PORT]     makes that the proxy of the system, or none
//   trust FILE            makes a certificate (DER) a trusted authority of this user
#include <windows.h>
#include <wincrypt.h>
#include <winhttp.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "json.h"
#include "real-system.h"
#include "utf.h"

namespace {

using namespace keyturn;

HWND anyKiosk() { return FindWindowW(L"KeyturnKiosk", nullptr); }
HWND kiosk() {
  const HWND window = anyKiosk();
  return window != nullptr && IsWindowVisible(window) ? window : nullptr;
}
HWND page() { return FindWindowExW(kiosk(), nullptr, L"KeyturnPage", nullptr); }
HWND control(const std::string& id) { return GetDlgItem(page(), std::atoi(id.c_str())); }

HWND focused() {
  GUITHREADINFO info = {};
  info.cbSize = sizeof info;
  GetGUIThreadInfo(GetWindowThreadProcessId(kiosk(), nullptr), &info);
  return info.hwndFocus;
}

std::string textOf(HWND window) {
  std::vector<WCHAR> text(4096);
  SendMessageW(window, WM_GETTEXT, text.size(), reinterpret_cast<LPARAM>(text.data()));
  return fromWide(text.data()).value_or("");
}

Json describe(HWND window) {
  WCHAR type[64] = {};
  GetClassNameW(window, type, 63);
  const LONG style = GetWindowLongW(window, GWL_STYLE);
  Json item = Json::object();
  item.set("id", Json::number(GetDlgCtrlID(window)));
  item.set("type", Json::string(fromWide(type).value_or("")));
  const bool isPassword = lstrcmpiW(type, L"EDIT") == 0 && SendMessageW(window, EM_GETPASSWORDCHAR, 0, 0) != 0;
  item.set("isPassword", Json::boolean(isPassword));
  item.set("text", Json::string(textOf(window)));
  item.set("enabled", Json::boolean(IsWindowEnabled(window) != FALSE));
  item.set("tabStop", Json::boolean((style & WS_TABSTOP) != 0));
  item.set("checked", Json::boolean(SendMessageW(window, BM_GETCHECK, 0, 0) == BST_CHECKED));
  RECT area = {};
  GetWindowRect(window, &area);
  item.set("left", Json::number(area.left)).set("top", Json::number(area.top)).set("right", Json::number(area.right)).set("bottom", Json::number(area.bottom));
  return item;
}

std::vector<HWND> controlsOf(HWND window) {
  std::vector<HWND> controls;
  for (HWND child = GetWindow(window, GW_CHILD); child != nullptr; child = GetWindow(child, GW_HWNDNEXT)) controls.push_back(child);
  return controls;
}

Json readOnce() {
  Json answer = Json::object();
  const HWND window = kiosk();
  answer.set("open", Json::boolean(window != nullptr));
  if (window == nullptr) return answer;
  answer.set("caption", Json::string(textOf(window)));
  answer.set("focus", Json::number(GetDlgCtrlID(focused())));
  answer.set("isRightToLeft", Json::boolean((GetWindowLongW(window, GWL_EXSTYLE) & WS_EX_LAYOUTRTL) != 0));
  RECT area = {};
  GetWindowRect(window, &area);
  answer.set("left", Json::number(area.left)).set("top", Json::number(area.top)).set("right", Json::number(area.right)).set("bottom", Json::number(area.bottom));
  Json controls = Json::array();
  for (const HWND child : controlsOf(page())) controls.push(describe(child));
  answer.set("controls", std::move(controls));
  return answer;
}

// A page that is being made is not drawn, which takes its window the style "visible" (WM_SETREDRAW), and its controls are others than
// before. What was read across that is half of two pages; what was read across a message that was posted before is half of two states
// (the focus before a click, and what the click wrote). So a window counts as read when it reads the same twice.
Json readWindow() {
  constexpr int most = 500;
  for (int i = 0;; ++i) {
    const HWND window = page();
    // Answered between two messages, and so not in the middle of one.
    SendMessageW(window, WM_NULL, 0, 0);
    const std::vector<HWND> before = controlsOf(window);
    const bool wasWhole = IsWindowVisible(window) && !before.empty();
    const std::string first = writeJson(readOnce());
    SendMessageW(window, WM_NULL, 0, 0);
    const bool isSame = page() == window && IsWindowVisible(window) && controlsOf(window) == before;
    Json answer = readOnce();
    if (window == nullptr || (wasWhole && isSame && writeJson(answer) == first) || i == most) return answer;
    Sleep(5);
  }
}

void setClipboard(const std::string& text) {
  const std::wstring wide = toWide(text).value_or(L"");
  if (!OpenClipboard(nullptr)) return;
  EmptyClipboard();
  const HGLOBAL memory = GlobalAlloc(GMEM_MOVEABLE, (wide.size() + 1) * sizeof(WCHAR));
  lstrcpyW(static_cast<WCHAR*>(GlobalLock(memory)), wide.c_str());
  GlobalUnlock(memory);
  SetClipboardData(CF_UNICODETEXT, memory);
  CloseClipboard();
}

std::string clipboard() {
  std::string text;
  if (!OpenClipboard(nullptr)) return text;
  const HANDLE memory = GetClipboardData(CF_UNICODETEXT);
  if (memory != nullptr) text = fromWide(static_cast<const WCHAR*>(GlobalLock(memory))).value_or("");
  if (memory != nullptr) GlobalUnlock(memory);
  CloseClipboard();
  return text;
}

bool trust(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::vector<char> der((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const HCERTSTORE store = CertOpenSystemStoreW(0, L"Root");
  const bool isAdded = store != nullptr && CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, reinterpret_cast<const BYTE*>(der.data()),
                                                                            static_cast<DWORD>(der.size()), CERT_STORE_ADD_REPLACE_EXISTING, nullptr);
  if (store != nullptr) CertCloseStore(store, 0);
  return isAdded;
}

bool setProxy(const std::string& address) {
  std::wstring name = toWide(address).value_or(L"");
  WINHTTP_PROXY_INFO proxy = {WINHTTP_ACCESS_TYPE_NO_PROXY, nullptr, nullptr};
  if (!name.empty()) proxy = {WINHTTP_ACCESS_TYPE_NAMED_PROXY, name.data(), nullptr};
  return WinHttpSetDefaultProxyConfiguration(&proxy) != FALSE;
}

HANDLE openOwner(DWORD rights) {
  DWORD owner = 0;
  GetWindowThreadProcessId(anyKiosk(), &owner);
  return OpenProcess(rights, FALSE, owner);
}

void askToLeave() {
  const HANDLE process = openOwner(PROCESS_QUERY_LIMITED_INFORMATION);
  RealSystem(nullptr).askToLeave(reinterpret_cast<OsHandle>(process));
  CloseHandle(process);
}

bool bringToFront() {
  const HANDLE process = openOwner(PROCESS_QUERY_LIMITED_INFORMATION);
  if (process == nullptr) return false;
  RealSystem(nullptr).bringToFront(reinterpret_cast<OsHandle>(process));
  CloseHandle(process);
  return true;
}

bool point(const std::string& x, const std::string& y) {
  RECT area = {};
  return GetWindowRect(kiosk(), &area) && SetCursorPos(area.left + std::atoi(x.c_str()), area.top + std::atoi(y.c_str()));
}

bool tellOfPointer() {
  POINT place = {};
  if (!GetCursorPos(&place) || !ScreenToClient(page(), &place)) return false;
  return PostMessageW(page(), WM_MOUSEMOVE, 0, MAKELPARAM(place.x, place.y)) != FALSE;
}

bool endProcess(const std::string& code) {
  const HANDLE process = openOwner(PROCESS_TERMINATE);
  const bool isEnded = TerminateProcess(process, static_cast<UINT>(std::stoul(code))) != FALSE;
  CloseHandle(process);
  return isEnded;
}

Json perform(const std::vector<std::string>& words) {
  const std::string& command = words[0];
  Json answer = Json::object();
  if (command == "read") return readWindow();
  if (command == "trust") return answer.set("ok", Json::boolean(trust(words.at(1))));
  if (command == "proxy") return answer.set("ok", Json::boolean(setProxy(words.size() > 1 ? words[1] : "")));
  if (command == "end") return answer.set("ok", Json::boolean(endProcess(words.at(1))));
  if (command == "front") return answer.set("ok", Json::boolean(bringToFront()));
  if (command == "point") return answer.set("ok", Json::boolean(point(words.at(1), words.at(2))));
  if (command == "still") return answer.set("ok", Json::boolean(tellOfPointer()));
  if (command == "half") PostMessageW(focused(), WM_CHAR, 0xD83D, 1);
  if (command == "close") PostMessageW(kiosk(), WM_CLOSE, 0, 0);
  if (command == "leave") askToLeave();
  if (command == "set") SendMessageW(control(words.at(1)), WM_SETTEXT, 0, reinterpret_cast<LPARAM>(toWide(words.size() > 2 ? words[2] : "").value_or(L"").c_str()));
  if (command == "check") PostMessageW(control(words.at(1)), BM_CLICK, 0, 0);
  if (command == "click") PostMessageW(control(words.at(1)), BM_CLICK, 0, 0);
  if (command == "type")
    for (const wchar_t c : toWide(words.at(1)).value_or(L"")) PostMessageW(focused(), WM_CHAR, c, 1);
  if (command == "key") {
    PostMessageW(focused(), WM_KEYDOWN, static_cast<WPARAM>(std::atoi(words.at(1).c_str())), 1);
    PostMessageW(focused(), WM_KEYUP, static_cast<WPARAM>(std::atoi(words.at(1).c_str())), 1);
  }
  if (command == "paste") {
    setClipboard(words.at(2));
    SendMessageW(control(words.at(1)), WM_PASTE, 0, 0);
  }
  if (command == "copy") {
    setClipboard("nothing");
    SendMessageW(control(words.at(1)), EM_SETSEL, 0, -1);
    SendMessageW(control(words.at(1)), WM_COPY, 0, 0);
    SendMessageW(control(words.at(1)), WM_CUT, 0, 0);
    return answer.set("clipboard", Json::string(clipboard()));
  }
  if (command == "menu") {
    PostMessageW(control(words.at(1)), WM_CONTEXTMENU, reinterpret_cast<WPARAM>(control(words.at(1))), MAKELPARAM(100, 100));
    SendMessageW(kiosk(), WM_NULL, 0, 0);
    return answer.set("isOpen", Json::boolean(FindWindowW(L"#32768", nullptr) != nullptr));
  }
  return answer.set("ok", Json::boolean(true));
}

}  // namespace

int main(int count, char** arguments) {
  SetConsoleCP(CP_UTF8);
  if (count > 1) SetThreadDesktop(CreateDesktopA(arguments[1], nullptr, nullptr, 0, GENERIC_ALL, nullptr));
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> words(1);
    for (const char c : line) {
      if (c == '\t') words.emplace_back();
      else words.back() += c;
    }
    std::cout << writeJson(perform(words)) << std::endl;
  }
  return 0;
}
