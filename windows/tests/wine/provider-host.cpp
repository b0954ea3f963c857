#include "provider-host.h"

#include <shellapi.h>

#include <fstream>

#include "check.h"
#include "class-ids.h"
#include "fields.h"
#include "logon-ui.h"
#include "settings.h"

namespace keyturn::test {
namespace {

constexpr char stateKey[] = "SOFTWARE\\Keyturn\\State";

HMODULE module = nullptr;
std::string folder;

std::wstring wide(const std::string& text) { return toWide(text).value_or(std::wstring()); }

void setValue(const char* key, const char* name, DWORD type, const void* data, std::size_t size) {
  HKEY handle = nullptr;
  RegCreateKeyExW(HKEY_LOCAL_MACHINE, wide(key).c_str(), 0, nullptr, key == std::string(stateKey) ? REG_OPTION_VOLATILE : 0u, KEY_WRITE | KEY_WOW64_64KEY, nullptr, &handle, nullptr);
  RegSetValueExW(handle, wide(name).c_str(), 0, type, static_cast<const BYTE*>(data), static_cast<DWORD>(size));
  RegCloseKey(handle);
}

void setText(const char* key, const char* name, const char* text) {
  const std::wstring value = wide(text);
  setValue(key, name, REG_SZ, value.c_str(), (value.size() + 1) * sizeof(wchar_t));
}

template <typename T>
ComPointer<T> create(const GUID& classId) {
  ComPointer<IClassFactory> factory;
  ComPointer<T> object;
  if (SUCCEEDED(getClassObject()(classId, IID_IClassFactory, reinterpret_cast<void**>(factory.out()))))
    factory->CreateInstance(nullptr, __uuidof(T), reinterpret_cast<void**>(object.out()));
  return object;
}

}  // namespace

HMODULE providerModule() { return module; }
std::string moduleFolder() { return folder; }

GetClassObject getClassObject() { return reinterpret_cast<GetClassObject>(reinterpret_cast<void*>(GetProcAddress(module, "DllGetClassObject"))); }

bool canUnload() {
  return reinterpret_cast<CanUnloadNow>(reinterpret_cast<void*>(GetProcAddress(module, "DllCanUnloadNow")))() == S_OK;
}

ComPointer<ICredentialProvider> createProvider() { return create<ICredentialProvider>(providerClass); }

void clearSettings() {
  for (const char* key : {policyKey, machineKey, stateKey}) RegDeleteTreeW(HKEY_LOCAL_MACHINE, wide(key).c_str());
}
void setState(const char* name, DWORD number) { setValue(stateKey, name, REG_DWORD, &number, sizeof number); }
DWORD stateNumber(const char* name) {
  DWORD number = 0;
  DWORD size = sizeof number;
  RegGetValueW(HKEY_LOCAL_MACHINE, wide(stateKey).c_str(), wide(name).c_str(), RRF_RT_REG_DWORD | RRF_SUBKEY_WOW6464KEY, nullptr, &number, &size);
  return number;
}
void setPolicy(const char* name, const char* text) { setText(policyKey, name, text); }
void setPolicy(const char* name, DWORD number) { setValue(policyKey, name, REG_DWORD, &number, sizeof number); }
void setMachine(const char* name, const char* text) { setText(machineKey, name, text); }
void setMachine(const char* name, DWORD number) { setValue(machineKey, name, REG_DWORD, &number, sizeof number); }

std::string stringOf(ICredentialProviderCredential* credential, DWORD field) {
  LPWSTR text = nullptr;
  if (FAILED(credential->GetStringValue(field, &text)) || text == nullptr) return "(none)";
  std::string result = fromWide(text).value_or("(faulty)");
  CoTaskMemFree(text);
  return result;
}

CREDENTIAL_PROVIDER_FIELD_STATE stateOf(ICredentialProviderCredential* credential, DWORD field) {
  CREDENTIAL_PROVIDER_FIELD_STATE state = CPFS_DISPLAY_IN_DESELECTED_TILE;  // no field has it: a failed call is seen
  CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE interactive = CPFIS_NONE;
  credential->GetFieldState(field, &state, &interactive);
  return state;
}

DWORD tileCount(ICredentialProvider* provider) {
  DWORD count = 999;
  DWORD defaultIndex = 0;
  BOOL autoLogon = TRUE;
  const HRESULT result = provider->GetCredentialCount(&count, &defaultIndex, &autoLogon);
  // What must never differ, whatever a test is about.
  CHECK(result == S_OK && defaultIndex == CREDENTIAL_PROVIDER_NO_DEFAULT && autoLogon == FALSE);
  return count;
}

ComPointer<ICredentialProviderCredential> tileAt(ICredentialProvider* provider, DWORD index) {
  ComPointer<ICredentialProviderCredential> tile;
  provider->GetCredentialAt(index, tile.out());
  return tile;
}

std::vector<std::string> linesOf(const std::string& file) {
  std::ifstream stream(folder + "\\" + file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void pumpMessages() {
  MSG message = {};
  while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) {
    TranslateMessage(&message);
    DispatchMessageW(&message);
  }
}

bool eventually(const std::function<bool()>& holds, int seconds) {
  const ULONGLONG end = GetTickCount64() + static_cast<ULONGLONG>(seconds) * 1000;
  while (!holds()) {
    if (GetTickCount64() > end) return false;
    MsgWaitForMultipleObjects(0, nullptr, FALSE, 10, QS_ALLINPUT);
    pumpMessages();
  }
  return true;
}

std::map<std::string, std::string> kioskReport(int seconds) {
  std::map<std::string, std::string> report;
  eventually(
      [&] {
        for (const std::string& line : linesOf("kiosk-report.txt")) {
          const std::size_t equals = line.find('=');
          if (equals != std::string::npos) report[line.substr(0, equals)] = line.substr(equals + 1);
        }
        return !report.empty();
      },
      seconds);
  return report;
}

void removeBesideModule(const std::string& file) { DeleteFileW(wide(folder + "\\" + file).c_str()); }
void createBesideModule(const std::string& file) { std::ofstream(folder + "\\" + file) << "\n"; }

int runProviderTests(int argumentCount, wchar_t** arguments) {
  if (argumentCount != 2) return 2;
  // Before COM makes a window.
  if (!enterSignInDesktop()) std::printf("  no desktop of that name: %lu\n", GetLastError());
  CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
  module = LoadLibraryW(arguments[1]);
  if (module == nullptr) {
    std::printf("  cannot load the provider: %lu\n", GetLastError());
    return 2;
  }
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(module, path, MAX_PATH);
  folder = fromWide(path).value_or(std::string());
  folder.erase(folder.rfind('\\'));
  const int result = runTests();
  clearSettings();
  return result;
}

}  // namespace keyturn::test

int main() {
  int count = 0;
  wchar_t** arguments = CommandLineToArgvW(GetCommandLineW(), &count);
  return keyturn::test::runProviderTests(count, arguments);
}
