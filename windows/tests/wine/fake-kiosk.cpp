// Stands in for KeyturnKiosk.exe in the tests of the provider: writes what it was started with to kiosk-report.txt beside it and
// ends with code 7, or stays where a file kiosk-stays.txt is beside it.
#include <windows.h>

#include <fstream>
#include <string>

#include "utf.h"

namespace {

std::string narrow(const std::wstring& text) { return keyturn::fromWide(text).value_or("?"); }

std::wstring nameOf(HANDLE object) {
  wchar_t name[256] = L"";
  DWORD size = 0;
  GetUserObjectInformationW(object, UOI_NAME, name, sizeof name, &size);
  return name;
}

}  // namespace

int WINAPI WinMain(HINSTANCE, HINSTANCE, char*, int) {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(nullptr, path, MAX_PATH);
  std::wstring folder(path);
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
  if (GetFileAttributesW((folder + L"\\kiosk-stays.txt").c_str()) != INVALID_FILE_ATTRIBUTES) Sleep(INFINITE);
  return 7;
}
