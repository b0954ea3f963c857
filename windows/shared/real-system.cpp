// Registry, surroundings, processes, events. Tokens and desktops are in real-system-security.cpp.
#include "real-system.h"

#include <cstring>

#include "../generated/settings.h"
#include "kiosk-start.h"
#include "messages.h"
#include "utf.h"

namespace keyturn {
namespace {

constexpr DWORD longestValue = 4096;  // UTF-16 units; more than any setting may have

// What the client notes down for itself. Volatile: gone with the next boot.
constexpr char stateKey[] = "SOFTWARE\\Keyturn\\State";

const char* keyOf(RegistryScope scope) {
  switch (scope) {
    case RegistryScope::policy:
      return policyKey;
    case RegistryScope::machine:
      return machineKey;
    case RegistryScope::state:
      return stateKey;
  }
  return policyKey;
}

static_assert((EVENT_KIOSK_STARTED & 0xFFFF) == static_cast<DWORD>(EventId::kioskStarted));
static_assert((EVENT_TILE_WITHHELD & 0xFFFF) == static_cast<DWORD>(EventId::tileWithheld));

HANDLE asHandle(OsHandle handle) { return reinterpret_cast<HANDLE>(handle); }
OsHandle fromHandle(HANDLE handle) { return reinterpret_cast<OsHandle>(handle); }

std::string textOrEmpty(std::wstring_view text) { return fromWide(text).value_or(std::string()); }

// The event id as the message table holds it: the two highest bits are the severity.
DWORD messageOf(EventId id) {
  const DWORD number = static_cast<DWORD>(id);
  switch (levelOf(id)) {
    case EventLevel::information:
      return 0x40000000 | number;
    case EventLevel::warning:
      return 0x80000000 | number;
    case EventLevel::error:
      return 0xC0000000 | number;
  }
  return 0xC0000000 | number;
}

WORD typeOf(EventId id) {
  switch (levelOf(id)) {
    case EventLevel::information:
      return EVENTLOG_INFORMATION_TYPE;
    case EventLevel::warning:
      return EVENTLOG_WARNING_TYPE;
    case EventLevel::error:
      return EVENTLOG_ERROR_TYPE;
  }
  return EVENTLOG_ERROR_TYPE;
}

// The window of that process; null if it has none on this desktop.
HWND windowOf(OsHandle process) {
  const DWORD wanted = GetProcessId(asHandle(process));
  const std::wstring type = toWide(kioskWindowClass).value_or(std::wstring());
  for (HWND window = FindWindowExW(nullptr, nullptr, type.c_str(), nullptr); window != nullptr;
       window = FindWindowExW(nullptr, window, type.c_str(), nullptr)) {
    // Any process may make a window of that class: what counts is whose it is.
    DWORD owner = 0;
    GetWindowThreadProcessId(window, &owner);
    if (owner != 0 && owner == wanted) return window;
  }
  return nullptr;
}

void appendVariable(std::wstring& block, std::wstring_view name, std::wstring_view value) {
  block.append(name).append(L"=").append(value).push_back(L'\0');
}

// A copy of an event that a new process inherits. It can set it, and nothing else.
class InheritedHandle {
 public:
  explicit InheritedHandle(HANDLE original) {
    if (original != nullptr &&
        !DuplicateHandle(GetCurrentProcess(), original, GetCurrentProcess(), &handle_, EVENT_MODIFY_STATE, TRUE, 0))
      handle_ = nullptr;
  }
  InheritedHandle(const InheritedHandle&) = delete;
  InheritedHandle& operator=(const InheritedHandle&) = delete;
  ~InheritedHandle() {
    if (handle_ != nullptr) CloseHandle(handle_);
  }
  bool isMade() const { return handle_ != nullptr; }
  HANDLE* address() { return &handle_; }
  std::wstring number() const { return std::to_wstring(reinterpret_cast<std::uintptr_t>(handle_)); }

 private:
  HANDLE handle_ = nullptr;
};

// The attributes of a process that inherits this handle and no other.
class AttributeList {
 public:
  explicit AttributeList(InheritedHandle& inherited) {
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    memory_.resize(size / sizeof(std::uint64_t) + 1);
    if (!InitializeProcThreadAttributeList(get(), 1, 0, &size)) return;
    isMade_ = true;
    if (inherited.isMade() &&
        !UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited.address(), sizeof(HANDLE), nullptr, nullptr)) {
      DeleteProcThreadAttributeList(get());
      isMade_ = false;
    }
  }
  AttributeList(const AttributeList&) = delete;
  AttributeList& operator=(const AttributeList&) = delete;
  ~AttributeList() {
    if (isMade_) DeleteProcThreadAttributeList(get());
  }
  bool isMade() const { return isMade_; }
  LPPROC_THREAD_ATTRIBUTE_LIST get() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data()); }

 private:
  std::vector<std::uint64_t> memory_;
  bool isMade_ = false;
};

// An environment of its own: nothing of LogonUI's is handed down.
std::optional<std::wstring> environmentBlock(const ProcessStart& start, const InheritedHandle& windowUp) {
  wchar_t system[MAX_PATH];
  wchar_t windows[MAX_PATH];
  const UINT systemLength = GetSystemDirectoryW(system, MAX_PATH);
  const UINT windowsLength = GetSystemWindowsDirectoryW(windows, MAX_PATH);
  if (systemLength == 0 || systemLength >= MAX_PATH || windowsLength < 2 || windowsLength >= MAX_PATH) return std::nullopt;
  std::wstring block;
  for (const auto& [name, value] : start.environment) {
    const std::optional<std::wstring> wide = toWide(value);
    const std::optional<std::wstring> wideName = toWide(name);
    if (!wide || !wideName || wide->find(L'\0') != std::wstring::npos) return std::nullopt;
    appendVariable(block, *wideName, *wide);
  }
  if (windowUp.isMade()) appendVariable(block, toWide(windowUpVariable).value_or(std::wstring()), windowUp.number());
  appendVariable(block, L"PATH", std::wstring_view(system, systemLength));
  appendVariable(block, L"SystemDrive", std::wstring_view(windows, 2));
  appendVariable(block, L"SystemRoot", std::wstring_view(windows, windowsLength));
  appendVariable(block, L"windir", std::wstring_view(windows, windowsLength));
  block.push_back(L'\0');
  return block;
}

}  // namespace

RegistryValue RealSystem::readRegistry(RegistryScope scope, const std::string& name) {
  RegistryValue result;
  const std::optional<std::wstring> key = toWide(keyOf(scope));
  const std::optional<std::wstring> value = toWide(name);
  if (!key || !value) return result;
  wchar_t data[longestValue];
  DWORD size = sizeof data;
  DWORD type = REG_NONE;
  const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, key->c_str(), value->c_str(),
                                      RRF_RT_REG_SZ | RRF_RT_REG_DWORD | RRF_NOEXPAND | RRF_SUBKEY_WOW6464KEY, &type, data, &size);
  if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) return result;
  result.kind = RegistryValue::Kind::other;
  if (status != ERROR_SUCCESS) return result;
  if (type == REG_DWORD) {
    result.kind = RegistryValue::Kind::number;
    std::memcpy(&result.number, data, sizeof result.number);
  } else if (type == REG_SZ && size >= sizeof(wchar_t)) {
    // The size counts the terminator; a NUL before it is data that does not belong there.
    const std::wstring_view text(data, size / sizeof(wchar_t) - 1);
    const std::optional<std::string> utf8 = fromWide(text);
    if (utf8 && text.find(L'\0') == std::wstring_view::npos) {
      result.kind = RegistryValue::Kind::text;
      result.text = *utf8;
    }
  }
  return result;
}

void RealSystem::writeState(const std::string& name, std::uint32_t number) {
  const std::optional<std::wstring> key = toWide(stateKey);
  const std::optional<std::wstring> value = toWide(name);
  HKEY handle = nullptr;
  if (!key || !value ||
      RegCreateKeyExW(HKEY_LOCAL_MACHINE, key->c_str(), 0, nullptr, REG_OPTION_VOLATILE, KEY_SET_VALUE | KEY_WOW64_64KEY, nullptr, &handle,
                      nullptr) != ERROR_SUCCESS)
    return;
  const DWORD data = number;
  RegSetValueExW(handle, value->c_str(), 0, REG_DWORD, reinterpret_cast<const BYTE*>(&data), sizeof data);
  RegCloseKey(handle);
}

// SM_REMOTESESSION calls some remote sessions local (those with RemoteFX vGPU): so the session is also held against the one at the
// machine itself, which Windows notes down (learn.microsoft.com, "Detecting the Remote Desktop Services environment"). Where Windows
// has noted nothing, that page takes the first answer; what cannot be read or compared is remote.
bool RealSystem::isRemoteSession() {
  if (GetSystemMetrics(SM_REMOTESESSION) != 0) return true;
  DWORD local = 0;
  DWORD size = sizeof local;
  const LSTATUS status = RegGetValueW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Control\\Terminal Server", L"GlassSessionId",
                                      RRF_RT_REG_DWORD, nullptr, &local, &size);
  if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND) return false;
  DWORD own = 0;
  return status != ERROR_SUCCESS || !ProcessIdToSessionId(GetCurrentProcessId(), &own) || own != local;
}

std::uint32_t RealSystem::sessionId() {
  DWORD id = 0;
  return ProcessIdToSessionId(GetCurrentProcessId(), &id) ? id : 0;
}

std::string RealSystem::computerName() {
  wchar_t name[MAX_COMPUTERNAME_LENGTH + 1];
  DWORD length = MAX_COMPUTERNAME_LENGTH + 1;
  if (!GetComputerNameW(name, &length)) return {};
  return textOrEmpty({name, length});
}

std::string RealSystem::uiLanguage() {
  wchar_t name[LOCALE_NAME_MAX_LENGTH];
  const int length = LCIDToLocaleName(MAKELCID(GetThreadUILanguage(), SORT_DEFAULT), name, LOCALE_NAME_MAX_LENGTH, 0);
  return length > 1 ? textOrEmpty({name, static_cast<std::size_t>(length) - 1}) : std::string();
}

std::string RealSystem::moduleFolder() {
  wchar_t path[MAX_PATH];
  const DWORD length = GetModuleFileNameW(module_, path, MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return {};
  const std::wstring_view view(path, length);
  const std::size_t end = view.rfind(L'\\');
  return end == std::wstring_view::npos ? std::string() : textOrEmpty(view.substr(0, end));
}

bool RealSystem::fileExists(const std::string& path) {
  const std::optional<std::wstring> wide = toWide(path);
  if (!wide) return false;
  const DWORD attributes = GetFileAttributesW(wide->c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

std::uint32_t RealSystem::lastError() { return GetLastError(); }

std::string RealSystem::errorText(std::uint32_t code) {
  const DWORD saved = GetLastError();
  // The texts of NTSTATUS values, by which processes die, are in ntdll.
  const bool isStatus = code >= 0xC0000000;
  wchar_t text[512] = {};
  const DWORD flags = (isStatus ? FORMAT_MESSAGE_FROM_HMODULE : 0u) | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                      FORMAT_MESSAGE_MAX_WIDTH_MASK;
  DWORD length = 0;
  for (const DWORD language : {static_cast<DWORD>(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US)), 0UL}) {
    length = FormatMessageW(flags, isStatus ? GetModuleHandleW(L"ntdll.dll") : nullptr, code, language, text, 512, nullptr);
    if (length != 0) break;
  }
  while (length > 0 && (text[length - 1] <= L' ' || text[length - 1] == L'.')) --length;
  SetLastError(saved);
  return textOrEmpty({text, length});
}

OsHandle RealSystem::createKioskJob() {
  const HANDLE job = CreateJobObjectW(nullptr, nullptr);
  if (job == nullptr) return 0;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_ACTIVE_PROCESS | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  limits.BasicLimitInformation.ActiveProcessLimit = 1;  // the window starts no other program, whatever happens in it
  JOBOBJECT_BASIC_UI_RESTRICTIONS ui{};
  // Not JOB_OBJECT_UILIMIT_HANDLES: input methods and the touch keyboard need the windows of other processes.
  ui.UIRestrictionsClass = JOB_OBJECT_UILIMIT_DESKTOP | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS | JOB_OBJECT_UILIMIT_EXITWINDOWS |
                           JOB_OBJECT_UILIMIT_GLOBALATOMS | JOB_OBJECT_UILIMIT_READCLIPBOARD |
                           JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;
  if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) ||
      !SetInformationJobObject(job, JobObjectBasicUIRestrictions, &ui, sizeof ui)) {
    const DWORD error = GetLastError();
    CloseHandle(job);
    SetLastError(error);
    return 0;
  }
  return fromHandle(job);
}

StartedProcess RealSystem::createSuspendedProcess(OsHandle token, const ProcessStart& start) {
  const std::optional<std::wstring> executable = toWide(start.executable);
  const std::optional<std::wstring> folder = toWide(start.folder);
  std::optional<std::wstring> commandLine = toWide(start.commandLine);
  std::optional<std::wstring> desktop = toWide(start.desktop);
  InheritedHandle windowUp(asHandle(start.windowUp));
  std::optional<std::wstring> environment = environmentBlock(start, windowUp);
  if (!executable || !folder || !commandLine || !desktop || !environment) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return {};
  }
  // The list holds the one handle that is handed down, so that nothing else of LogonUI's is, whoever starts processes meanwhile.
  if (start.windowUp != 0 && !windowUp.isMade()) return {};
  AttributeList attributes(windowUp);
  if (!attributes.isMade()) return {};
  STARTUPINFOEXW info{};
  info.StartupInfo.cb = sizeof info;
  info.StartupInfo.lpDesktop = desktop->data();
  info.lpAttributeList = attributes.get();
  PROCESS_INFORMATION process{};
  // No CREATE_DEFAULT_ERROR_MODE: a library that cannot be loaded would put a box of Windows on the sign-in screen.
  const UINT errorMode = SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | GetErrorMode());
  const BOOL created = CreateProcessAsUserW(asHandle(token), executable->c_str(), commandLine->data(), nullptr, nullptr, windowUp.isMade(),
                                            CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT,
                                            environment->data(), folder->c_str(), &info.StartupInfo, &process);
  const DWORD error = GetLastError();
  SetErrorMode(errorMode);
  SetLastError(error);
  if (!created) return {};
  // LogonUI has the focus and may give it away; the new process could not take it.
  AllowSetForegroundWindow(process.dwProcessId);
  return {fromHandle(process.hProcess), fromHandle(process.hThread)};
}

bool RealSystem::assignToJob(OsHandle job, OsHandle process) {
  return AssignProcessToJobObject(asHandle(job), asHandle(process)) != FALSE;
}

bool RealSystem::resumeThread(OsHandle thread) { return ResumeThread(asHandle(thread)) != static_cast<DWORD>(-1); }

void RealSystem::terminateProcess(OsHandle process) { TerminateProcess(asHandle(process), 1); }

void RealSystem::terminateJob(OsHandle job) { TerminateJobObject(asHandle(job), 1); }

ProcessEnd RealSystem::waitForProcess(OsHandle process, std::uint32_t milliseconds, std::uint32_t& exitCode) {
  const DWORD waited = WaitForSingleObject(asHandle(process), milliseconds);
  if (waited == WAIT_TIMEOUT) return ProcessEnd::timedOut;
  DWORD code = 0;
  if (waited != WAIT_OBJECT_0 || !GetExitCodeProcess(asHandle(process), &code)) return ProcessEnd::failed;
  exitCode = code;
  return ProcessEnd::exited;
}

OsHandle RealSystem::createWindowEvent() { return fromHandle(CreateEventW(nullptr, TRUE, FALSE, nullptr)); }

WindowWait RealSystem::waitForWindow(OsHandle process, OsHandle windowUp, std::uint32_t milliseconds, std::uint32_t& exitCode) {
  // The event first: of both at once, the window was there, and then it ended.
  const HANDLE handles[] = {asHandle(windowUp), asHandle(process)};
  switch (WaitForMultipleObjects(2, handles, FALSE, milliseconds)) {
    case WAIT_OBJECT_0:
      return WindowWait::up;
    case WAIT_OBJECT_0 + 1: {
      DWORD code = 0;
      if (!GetExitCodeProcess(asHandle(process), &code)) return WindowWait::failed;
      exitCode = code;
      return WindowWait::exited;
    }
    case WAIT_TIMEOUT:
      return WindowWait::timedOut;
    default:
      return WindowWait::failed;
  }
}

void RealSystem::bringToFront(OsHandle process) {
  const HWND window = windowOf(process);
  // A window that is hidden is not yet there, or was closed and only takes its leave of the server: nothing shows it but itself.
  if (window == nullptr || !IsWindowVisible(window)) return;
  AllowSetForegroundWindow(GetProcessId(asHandle(process)));
  // Never waits for that window: this is LogonUI's own thread.
  SetWindowPos(window, HWND_TOPMOST, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_ASYNCWINDOWPOS);
  SetForegroundWindow(window);
}

void RealSystem::askToLeave(OsHandle process) {
  // What Windows itself says when a session ends. Posted: whoever hangs keeps nobody waiting.
  if (const HWND window = windowOf(process)) PostMessageW(window, WM_ENDSESSION, TRUE, static_cast<LPARAM>(ENDSESSION_CLOSEAPP));
}

void RealSystem::closeHandle(OsHandle handle) {
  const DWORD error = GetLastError();
  CloseHandle(asHandle(handle));
  SetLastError(error);
}

void RealSystem::writeEvent(EventId id, const std::vector<std::string>& values) {
  const DWORD error = GetLastError();
  if (const HANDLE source = RegisterEventSourceW(nullptr, L"Keyturn")) {
    std::vector<std::wstring> texts;
    for (const std::string& value : values) texts.push_back(toWide(value).value_or(std::wstring()));
    std::vector<const wchar_t*> pointers;
    for (const std::wstring& text : texts) pointers.push_back(text.c_str());
    ReportEventW(source, typeOf(id), 0, messageOf(id), nullptr, static_cast<WORD>(pointers.size()), 0, pointers.data(), nullptr);
    DeregisterEventSource(source);
  }
  SetLastError(error);
}

std::uint64_t RealSystem::monotonicMilliseconds() { return GetTickCount64(); }

}  // namespace keyturn
