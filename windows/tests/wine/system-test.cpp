// The real ISystem, as far as it can be asked without harm.
#include <windows.h>

#include <aclapi.h>
#include <shellapi.h>

#include <algorithm>
#include <iterator>

#include "check.h"
#include "identity.h"
#include "kiosk-start.h"
#include "quoting.h"
#include "real-system.h"
#include "settings.h"
#include "utf.h"

using namespace keyturn;

namespace {

std::wstring wide(const std::string& text) { return toWide(text).value_or(std::wstring()); }

void setRaw(const char* key, const char* name, DWORD type, const void* data, std::size_t size) {
  HKEY handle = nullptr;
  RegCreateKeyExW(HKEY_LOCAL_MACHINE, wide(key).c_str(), 0, nullptr, 0, KEY_WRITE | KEY_WOW64_64KEY, nullptr, &handle, nullptr);
  RegSetValueExW(handle, wide(name).c_str(), 0, type, static_cast<const BYTE*>(data), static_cast<DWORD>(size));
  RegCloseKey(handle);
}

// Lets everybody do everything with it, by a list: without one, which is how wine makes it, there are no entries to count.
bool giveList(HANDLE object) {
  BYTE everybody[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof everybody;
  if (!CreateWellKnownSid(WinWorldSid, nullptr, everybody, &size)) return false;
  EXPLICIT_ACCESSW entry{};
  entry.grfAccessPermissions = STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL;
  entry.grfAccessMode = SET_ACCESS;
  entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
  entry.Trustee.ptstrName = reinterpret_cast<LPWSTR>(everybody);
  PACL list = nullptr;
  if (SetEntriesInAclW(1, &entry, nullptr, &list) != ERROR_SUCCESS) return false;
  const DWORD error = SetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, list, nullptr);
  LocalFree(list);
  SetLastError(error);
  return error == ERROR_SUCCESS;
}

// How many entries its list has; 0 if it has none.
int entriesOf(HANDLE object) {
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list, nullptr, &descriptor) != ERROR_SUCCESS) return 0;
  const int count = list == nullptr ? 0 : list->AceCount;
  LocalFree(descriptor);
  return count;
}

}  // namespace

TEST("the registry is read by type, and what does not fit is told apart from what is not there") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  CHECK(system->readRegistry(RegistryScope::policy, "NoSuch").kind == RegistryValue::Kind::absent);
  const DWORD number = 42;
  setRaw(machineKey, "Number", REG_DWORD, &number, sizeof number);
  setRaw(machineKey, "Text", REG_SZ, L"Gr\u00F6\u00DFe", 12);
  setRaw(machineKey, "Empty", REG_SZ, L"", 2);
  setRaw(machineKey, "Expanding", REG_EXPAND_SZ, L"%windir%", 18);
  setRaw(machineKey, "Binary", REG_BINARY, "xyz", 3);
  setRaw(machineKey, "Multi", REG_MULTI_SZ, L"a\0b\0", 10);
  setRaw(machineKey, "Inner", REG_SZ, L"a\0b", 8);
  setRaw(machineKey, "HalfPair", REG_SZ, L"\xD800", 4);
  const std::wstring longText(5000, L'x');
  setRaw(machineKey, "Long", REG_SZ, longText.c_str(), (longText.size() + 1) * sizeof(wchar_t));
  const auto read = [&](const char* name) { return system->readRegistry(RegistryScope::machine, name); };
  CHECK(read("Number").kind == RegistryValue::Kind::number && read("Number").number == 42);
  CHECK(read("Text").kind == RegistryValue::Kind::text && read("Text").text == "Gr\xC3\xB6\xC3\x9F" "e");
  CHECK(read("Empty").kind == RegistryValue::Kind::text && read("Empty").text.empty());
  for (const char* name : {"Expanding", "Binary", "Multi", "Inner", "HalfPair", "Long"})
    CHECK_NOTE(read(name).kind == RegistryValue::Kind::other, name);
  CHECK(system->readRegistry(RegistryScope::policy, "Number").kind == RegistryValue::Kind::absent);
  RegDeleteTreeW(HKEY_LOCAL_MACHINE, wide(machineKey).c_str());
}

TEST("the token of this process is seen for what wine makes it: an administrator, so refused") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const TokenFacts facts = system->ownTokenFacts();
  CHECK(facts.isAdministrator && !facts.isSystem && !facts.privileges.empty());
  CHECK(refusalOf(facts).has_value());
  CHECK(refusalOf(system->tokenFacts(0)) == std::string("it is SYSTEM"));
  CHECK(refusalOf(system->processTokenFacts(0)) == std::string("it is SYSTEM"));
}

TEST("surroundings are known") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  CHECK(!system->computerName().empty() && !system->moduleFolder().empty());
  CHECK_NOTE(isLanguageTag(system->uiLanguage()), system->uiLanguage());
  CHECK(!system->isRemoteSession());
  CHECK(system->fileExists(system->moduleFolder() + "\\system-tests.exe") && !system->fileExists(system->moduleFolder()));
  CHECK_NOTE(system->currentDesktop().find('\\') != std::string::npos, system->currentDesktop());
  const std::uint64_t before = system->monotonicMilliseconds();
  CHECK(system->monotonicMilliseconds() >= before);
}

TEST("a session that Windows does not call the one at the machine is remote, whatever else it says of it") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const char* const key = "SYSTEM\\CurrentControlSet\\Control\\Terminal Server";
  DWORD own = 0;
  CHECK(ProcessIdToSessionId(GetCurrentProcessId(), &own));
  setRaw(key, "GlassSessionId", REG_DWORD, &own, sizeof own);
  CHECK(!system->isRemoteSession());
  const DWORD other = own + 1;
  setRaw(key, "GlassSessionId", REG_DWORD, &other, sizeof other);
  CHECK(system->isRemoteSession());
  setRaw(key, "GlassSessionId", REG_SZ, L"1", 4);
  CHECK(system->isRemoteSession());
  CHECK(RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, wide(key).c_str(), L"GlassSessionId") == ERROR_SUCCESS);
  CHECK(!system->isRemoteSession());
}

TEST("a service that does not exist has no token") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  CHECK(system->openServiceToken("KeyturnNoSuchService") == 0);
}

TEST("the service is started, its token copied and stripped, and still refused here as an administrator's") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const SC_HANDLE manager = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_ALL_ACCESS);
  const std::wstring program = L"\"" + wide(system->moduleFolder()) + L"\\..\\release\\KeyturnLogonHost.exe\"";
  const SC_HANDLE service = CreateServiceW(manager, L"KeyturnSystemTest", L"Keyturn", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                           SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, program.c_str(), nullptr, nullptr, nullptr, nullptr, nullptr);
  CHECK(service != nullptr);
  const ScopedHandle token(*system, system->openServiceToken("KeyturnSystemTest"));
  CHECK_NOTE(static_cast<bool>(token), std::to_string(system->lastError()));
  const ScopedHandle restricted(*system, system->restrictToken(token.get()));
  CHECK_NOTE(static_cast<bool>(restricted), std::to_string(system->lastError()));
  const std::optional<std::string> refusal = refusalOf(system->tokenFacts(restricted.get()));
  CHECK_NOTE(refusal.has_value(), refusal.value_or("accepted"));
  SERVICE_STATUS status{};
  ControlService(service, SERVICE_CONTROL_STOP, &status);
  DeleteService(service);
  CloseServiceHandle(service);
  CloseServiceHandle(manager);
}

TEST("every event has its text in KeyturnEvents.dll, read as the event log reads it, and says what it is given") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const std::wstring file = wide(system->moduleFolder()) + L"\\..\\release\\KeyturnEvents.dll";
  const HMODULE texts = LoadLibraryExW(file.c_str(), nullptr, LOAD_LIBRARY_AS_DATAFILE);
  CHECK_NOTE(texts != nullptr, std::to_string(GetLastError()));
  const std::size_t values[] = {1, 2, 2, 3, 2, 1, 1, 1, 0, 3, 1, 0};
  for (std::uint32_t id = 1; id <= static_cast<std::uint32_t>(EventId::tileWithheld); ++id) {
    const EventLevel level = levelOf(static_cast<EventId>(id));
    const DWORD severity = level == EventLevel::error ? 0xC0000000u : level == EventLevel::warning ? 0x80000000u : 0x40000000u;
    const wchar_t* const inserts[] = {L"<first>", L"<second>", L"<third>"};
    DWORD_PTR arguments[3];
    std::transform(std::begin(inserts), std::end(inserts), arguments, [](const wchar_t* one) { return reinterpret_cast<DWORD_PTR>(one); });
    wchar_t text[1000] = {};
    const DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY, texts, severity | id, 0, text, 1000,
                                        reinterpret_cast<va_list*>(arguments));
    CHECK_NOTE(length > 0, std::to_string(id));
    for (std::size_t i = 0; i < 3; ++i)
      CHECK_NOTE((std::wstring(text).find(inserts[i]) != std::wstring::npos) == (i < values[id - 1]), std::to_string(id));
  }
  FreeLibrary(texts);
}

TEST("a process ends when its job is closed") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  ScopedHandle job(*system, system->createKioskJob());
  CHECK(static_cast<bool>(job));
  STARTUPINFOW info{};
  info.cb = sizeof info;
  PROCESS_INFORMATION process{};
  wchar_t program[] = L"C:\\windows\\system32\\cmd.exe";
  CHECK(CreateProcessW(program, nullptr, nullptr, nullptr, FALSE, CREATE_SUSPENDED, nullptr, nullptr, &info, &process) != FALSE);
  CHECK(system->assignToJob(job.get(), reinterpret_cast<OsHandle>(process.hProcess)));
  CHECK(WaitForSingleObject(process.hProcess, 0) == WAIT_TIMEOUT);
  job.reset();
  CHECK(WaitForSingleObject(process.hProcess, 10'000) == WAIT_OBJECT_0);
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
}

TEST("a grant on this desktop is made and taken back, and on no other") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  HANDLE own = nullptr;
  CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &own) != FALSE);
  CHECK(system->grantDesktopAccess(reinterpret_cast<OsHandle>(own), "no backslash") == 0);
  CHECK(system->grantDesktopAccess(reinterpret_cast<OsHandle>(own), "OtherStation\\Default") == 0);
  const OsHandle grant = system->grantDesktopAccess(reinterpret_cast<OsHandle>(own), system->currentDesktop());
  CHECK_NOTE(grant != 0, std::to_string(system->lastError()));
  if (grant != 0) system->revokeDesktopAccess(grant);
  CloseHandle(own);
}

TEST("a right on the desktop stays for as long as one window of its logon session is there") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  HANDLE own = nullptr;
  CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &own) != FALSE);
  const OsHandle token = reinterpret_cast<OsHandle>(own);
  const std::string current = system->currentDesktop();
  const std::string stationName = current.substr(0, current.find('\\'));
  const std::string name = stationName + "\\KeyturnGrants";
  const HWINSTA station = OpenWindowStationW(wide(stationName).c_str(), FALSE, READ_CONTROL | WRITE_DAC);
  const HDESK desktop = CreateDesktopW(L"KeyturnGrants", nullptr, nullptr, 0, READ_CONTROL | WRITE_DAC | DESKTOP_CREATEWINDOW, nullptr);
  if (!CHECK_NOTE(giveList(station) && entriesOf(station) == 1, std::to_string(GetLastError()))) return;
  if (!CHECK_NOTE(giveList(desktop) && entriesOf(desktop) == 1, std::to_string(GetLastError()))) return;
  const auto entries = [&] { return entriesOf(station) * 10 + entriesOf(desktop); };

  const OsHandle first = system->grantDesktopAccess(token, name);
  CHECK(first != 0 && entries() == 22);
  const OsHandle second = system->grantDesktopAccess(token, name);
  CHECK(second != 0 && entries() == 22);
  system->revokeDesktopAccess(first);
  CHECK_NOTE(entries() == 22, std::to_string(entries()));
  system->revokeDesktopAccess(second);
  CHECK_NOTE(entries() == 11, std::to_string(entries()));
  CloseDesktop(desktop);
  CloseWindowStation(station);
  CloseHandle(own);
}

TEST("Windows splits a built command line into the same arguments") {
  const std::vector<std::string> arguments = {"C:\\Program Files\\x.exe", "", "a b", "\"", "\\", "a\\\"b", "x\\\\", "\" --evil", "t\\ \\\"", "\xC3\xA4"};
  const auto line = buildCommandLine(arguments);
  int count = 0;
  wchar_t** split = CommandLineToArgvW(wide(line.value_or("")).c_str(), &count);
  CHECK(count == static_cast<int>(arguments.size()));
  for (int i = 0; i < count && i < static_cast<int>(arguments.size()); ++i)
    CHECK_NOTE(fromWide(split[i]) == arguments[static_cast<std::size_t>(i)], arguments[static_cast<std::size_t>(i)]);
  LocalFree(split);
  // And this client splits other lines as Windows does.
  for (const char* text : {"a \"b c\" d\\e \"f\\\"g\" h\\\\\"i j\" \"\"", "x \"a\"\"b c\" d", "x \\\\\\\"a", "\"q r\" s\tt", "x \"open"}) {
    wchar_t** expected = CommandLineToArgvW(wide(text).c_str(), &count);
    const std::vector<std::string> own = splitCommandLine(text);
    CHECK_NOTE(own.size() == static_cast<std::size_t>(count), text);
    for (std::size_t i = 0; i < own.size() && i < static_cast<std::size_t>(count); ++i) CHECK_NOTE(fromWide(expected[i]) == own[i], text);
    LocalFree(expected);
  }
}

TEST("the keyboard of this thread has a name of eight digits, and what is none of its layouts changes nothing") {
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const std::string layout = system->keyboardLayout();
  CHECK_NOTE(isKeyboardLayout(layout), layout);
  CHECK(!system->keyboardName().empty());
  for (const char* other : {"", "407", "..\\evil.dll", "0000zzzz"}) CHECK_NOTE(!system->useKeyboardLayout(other), other);
  CHECK(system->keyboardLayout() == layout);
}

TEST("a computer of no domain that answers is not said to reach one") {
  const DomainReach reach = createSystem(GetModuleHandleW(nullptr))->domainReach();
  CHECK(reach == DomainReach::notInDomain || reach == DomainReach::notKnown);
}
