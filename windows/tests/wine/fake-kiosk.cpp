// Stands in for KeyturnKiosk.exe in the tests of the provider: writes what it was started with to kiosk-report.txt beside it, says
// that its window is up, and ends with code 101 (closed). Files beside it make it behave otherwise:
//   kiosk-silent.txt   never says that it is up
//   kiosk-stays.txt    stays
//   kiosk-leaves.txt   notes in kiosk-window.txt that it can be told to go, stays until it is, and ends with code 104
//   kiosk-exit.txt     ends with the code in it
#include <windows.h>

#include <fstream>
#include <string>

#include "kiosk-start.h"
#include "utf.h"

namespace {

std::string narrow(const std::wstring& text) { return keyturn::fromWide(text).value_or("?"); }

std::wstring nameOf(HANDLE object) {
  wchar_t name[256] = L"";
  DWORD size = 0;
  GetUserObjectInformationW(object, UOI_NAME, name, sizeof name, &size);
  return name;
}

std::wstring folder;

bool isThere(const wchar_t* file) { return GetFileAttributesW((folder + file).c_str()) != INVALID_FILE_ATTRIBUTES; }

// Without a screen wine makes no windows: an event stands for the message (create-test-system.cpp).
int stayUntilTold() {
  const HANDLE told = CreateEventW(nullptr, TRUE, FALSE, (L"KeyturnFakeKiosk-" + std::to_wstring(GetCurrentProcessId())).c_str());
  std::ofstream(narrow(folder) + "\\kiosk-window.txt") << "there\n";
  WaitForSingleObject(told, INFINITE);
  return 104;
}

}  // namespace

int WINAPI WinMain(HINSTANCE, HINSTANCE, char*, int) {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(nullptr, path, MAX_PATH);
  folder = path;
  folder.erase(folder.rfind(L'\\'));
  wchar_t current[MAX_PATH];
  GetCurrentDirectoryW(MAX_PATH, current);
  BOOL inJob = FALSE;
  IsProcessInJob(GetCurrentProcess(), nullptr, &inJob);
  {
    std::ofstream file(narrow(folder) + "\\kiosk-report.new", std::ios::binary);
    file << "command=" << narrow(GetCommandLineW()) << "\n";
    file << "desktop=" << narrow(nameOf(GetProcessWindowStation())) << "\\" << narrow(nameOf(GetThreadDesktop(GetCurrentThreadId()))) << "\n";
    file << "folder=" << narrow(current) << "\n";
    file << "job=" << (inJob ? "yes" : "no") << "\n";
    file << "process=" << GetCurrentProcessId() << "\n";
    wchar_t* const block = GetEnvironmentStringsW();
    for (const wchar_t* entry = block; *entry != L'\0'; entry += wcslen(entry) + 1) file << "env:" << narrow(entry) << "\n";
    FreeEnvironmentStringsW(block);
  }
  MoveFileExW((folder + L"\\kiosk-report.new").c_str(), (folder + L"\\kiosk-report.txt").c_str(), MOVEFILE_REPLACE_EXISTING);
  wchar_t event[32] = L"";
  GetEnvironmentVariableW(keyturn::toWide(keyturn::windowUpVariable).value().c_str(), event, 32);
  if (!isThere(L"\\kiosk-silent.txt")) SetEvent(reinterpret_cast<HANDLE>(std::stoull(event)));
  if (isThere(L"\\kiosk-stays.txt")) Sleep(INFINITE);
  if (isThere(L"\\kiosk-leaves.txt")) return stayUntilTold();
  unsigned long code = 101;
  std::ifstream(narrow(folder) + "\\kiosk-exit.txt") >> code;
  return static_cast<int>(code);
}
