// Tokens and access to the desktop.
#include "real-system.h"

#include <aclapi.h>
#include <sddl.h>

#include <algorithm>

#include "locked.h"
#include "utf.h"

namespace keyturn {
namespace {

// The first start makes a profile for the virtual account: several seconds on a slow disk or right after boot.
constexpr DWORD serviceStartMilliseconds = 30'000;
constexpr DWORD pollMilliseconds = 50;

// What a program needs to show windows there, and no more: no hooks, no journals, no switching, no screen of others.
constexpr DWORD stationRights = READ_CONTROL | WINSTA_READATTRIBUTES | WINSTA_ACCESSGLOBALATOMS | WINSTA_ENUMERATE;
constexpr DWORD desktopRights =
    READ_CONTROL | DESKTOP_READOBJECTS | DESKTOP_WRITEOBJECTS | DESKTOP_CREATEWINDOW | DESKTOP_CREATEMENU | DESKTOP_ENUMERATE;

HANDLE asHandle(OsHandle handle) { return reinterpret_cast<HANDLE>(handle); }
OsHandle fromHandle(HANDLE handle) { return reinterpret_cast<OsHandle>(handle); }

struct CloseService {
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, CloseService>;

struct CloseKernelHandle {
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using KernelHandle = std::unique_ptr<void, CloseKernelHandle>;

struct FreeLocal {
  void operator()(void* memory) const { LocalFree(memory); }
};

// The information as bytes; empty on failure.
std::vector<std::uint64_t> tokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
  DWORD size = 0;
  GetTokenInformation(token, kind, nullptr, 0, &size);
  if (size == 0) return {};
  std::vector<std::uint64_t> data(size / sizeof(std::uint64_t) + 1);  // aligned for every structure
  if (!GetTokenInformation(token, kind, data.data(), size, &size)) return {};
  return data;
}

template <typename T>
const T* as(const std::vector<std::uint64_t>& data) {
  return data.empty() ? nullptr : reinterpret_cast<const T*>(data.data());
}

bool isWellKnown(PSID sid, WELL_KNOWN_SID_TYPE type) { return sid != nullptr && IsWellKnownSid(sid, type) != FALSE; }

// What cannot be read keeps its worst-case default.
TokenFacts factsOf(HANDLE token) {
  TokenFacts facts;
  const auto user = tokenInformation(token, TokenUser);
  if (const auto* value = as<TOKEN_USER>(user)) facts.isSystem = isWellKnown(value->User.Sid, WinLocalSystemSid);
  const auto groups = tokenInformation(token, TokenGroups);
  if (const auto* value = as<TOKEN_GROUPS>(groups)) {
    facts.isAdministrator = false;
    for (DWORD i = 0; i < value->GroupCount; ++i)
      if (isWellKnown(value->Groups[i].Sid, WinBuiltinAdministratorsSid)) facts.isAdministrator = true;
  }
  const auto label = tokenInformation(token, TokenIntegrityLevel);
  if (const auto* value = as<TOKEN_MANDATORY_LABEL>(label)) {
    const PSID sid = value->Label.Sid;
    if (sid != nullptr && IsValidSid(sid) && *GetSidSubAuthorityCount(sid) > 0)
      facts.integrityLevel = *GetSidSubAuthority(sid, static_cast<DWORD>(*GetSidSubAuthorityCount(sid) - 1));
  }
  const auto privileges = tokenInformation(token, TokenPrivileges);
  if (const auto* value = as<TOKEN_PRIVILEGES>(privileges)) {
    facts.privileges.clear();
    for (DWORD i = 0; i < value->PrivilegeCount; ++i) {
      wchar_t name[64];
      DWORD length = 64;
      LUID luid = value->Privileges[i].Luid;
      const bool known = LookupPrivilegeNameW(nullptr, &luid, name, &length) != FALSE;
      facts.privileges.push_back(known ? fromWide({name, length}).value_or("unknown") : "unknown");
    }
  }
  return facts;
}

// The process of a running service, started if need be; 0 if it does not come up in time.
DWORD serviceProcess(const std::wstring& name) {
  const ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT));
  if (!manager) return 0;
  const ServiceHandle service(OpenServiceW(manager.get(), name.c_str(), SERVICE_START | SERVICE_QUERY_STATUS));
  if (!service) return 0;
  const ULONGLONG end = GetTickCount64() + serviceStartMilliseconds;
  bool asked = false;
  while (true) {
    SERVICE_STATUS_PROCESS status{};
    DWORD size = 0;
    if (!QueryServiceStatusEx(service.get(), SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status), sizeof status, &size)) return 0;
    if (status.dwCurrentState == SERVICE_RUNNING) return status.dwProcessId;
    if (status.dwCurrentState == SERVICE_STOPPED) {
      if (asked) {
        SetLastError(ERROR_SERVICE_NOT_ACTIVE);
        return 0;
      }
      if (!StartServiceW(service.get(), 0, nullptr) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING) return 0;
      asked = true;
    }
    if (GetTickCount64() >= end) {
      SetLastError(ERROR_SERVICE_REQUEST_TIMEOUT);
      return 0;
    }
    Sleep(pollMilliseconds);
  }
}

bool setMediumIntegrity(HANDLE token) {
  BYTE buffer[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof buffer;
  if (!CreateWellKnownSid(WinMediumLabelSid, nullptr, buffer, &size)) return false;
  TOKEN_MANDATORY_LABEL label{};
  label.Label.Attributes = SE_GROUP_INTEGRITY;
  label.Label.Sid = buffer;
  return SetTokenInformation(token, TokenIntegrityLevel, &label, static_cast<DWORD>(sizeof label + GetLengthSid(buffer))) != FALSE;
}

// Services live in session 0; the window belongs into the session of this sign-in screen.
bool moveToOwnSession(HANDLE token) {
  DWORD own = 0;
  DWORD current = 0;
  DWORD size = 0;
  if (!ProcessIdToSessionId(GetCurrentProcessId(), &own)) return false;
  if (GetTokenInformation(token, TokenSessionId, &current, sizeof current, &size) && current == own) return true;
  return SetTokenInformation(token, TokenSessionId, &own, sizeof own) != FALSE;
}

std::wstring objectName(HANDLE object) {
  wchar_t name[256];
  DWORD size = 0;
  if (!GetUserObjectInformationW(object, UOI_NAME, name, sizeof name, &size) || size < sizeof(wchar_t)) return {};
  return std::wstring(name, size / sizeof(wchar_t) - 1);
}

bool changeAccess(HANDLE object, PSID sid, ACCESS_MODE mode, DWORD rights) {
  PACL old = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  DWORD error = GetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &old, nullptr, &descriptor);
  const std::unique_ptr<void, FreeLocal> ownedDescriptor(descriptor);
  // No list at all lets everyone in. A list made from that would hold this one entry and shut out everyone else.
  if (error == ERROR_SUCCESS && old == nullptr) return true;
  PACL changed = nullptr;
  if (error == ERROR_SUCCESS) {
    EXPLICIT_ACCESSW entry{};
    entry.grfAccessPermissions = rights;
    entry.grfAccessMode = mode;
    entry.grfInheritance = NO_INHERITANCE;
    entry.Trustee.TrusteeForm = TRUSTEE_IS_SID;
    entry.Trustee.TrusteeType = TRUSTEE_IS_GROUP;
    entry.Trustee.ptstrName = static_cast<LPWSTR>(sid);
    error = SetEntriesInAclW(1, &entry, old, &changed);
  }
  const std::unique_ptr<void, FreeLocal> ownedChanged(changed);
  if (error == ERROR_SUCCESS)
    error = SetSecurityInfo(object, SE_WINDOW_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, changed, nullptr);
  SetLastError(error);
  return error == ERROR_SUCCESS;
}

struct DesktopGrant {
  HWINSTA station = nullptr;
  HDESK desktop = nullptr;
  std::wstring name;
  std::vector<BYTE> sid;

  ~DesktopGrant() {
    if (desktop != nullptr) CloseDesktop(desktop);
    if (station != nullptr) CloseWindowStation(station);
  }
};

// Which logon sessions hold a right on which desktop by now, once for each window. The service has one session for all its windows, and
// a list has one entry for it: whoever revokes that takes it from each of them, so the last to end does. A window of the screen before
// may end after the next one has begun.
SRWLOCK grantsLock = SRWLOCK_INIT;  // guards what follows and the lists themselves: two threads would undo each other's entries
std::vector<const DesktopGrant*> grants;

bool isShared(const DesktopGrant& grant) {
  return std::any_of(grants.begin(), grants.end(),
                     [&](const DesktopGrant* one) { return one != &grant && one->name == grant.name && one->sid == grant.sid; });
}

// The SID of the logon session: it is new for each session, so no other process ever gains by the grant.
std::vector<BYTE> logonSid(HANDLE token) {
  const auto data = tokenInformation(token, TokenGroups);
  const auto* groups = as<TOKEN_GROUPS>(data);
  for (DWORD i = 0; groups != nullptr && i < groups->GroupCount; ++i) {
    if ((groups->Groups[i].Attributes & SE_GROUP_LOGON_ID) != SE_GROUP_LOGON_ID) continue;
    const DWORD length = GetLengthSid(groups->Groups[i].Sid);
    std::vector<BYTE> sid(length);
    if (CopySid(length, sid.data(), groups->Groups[i].Sid)) return sid;
  }
  return {};
}

}  // namespace

OsHandle RealSystem::openServiceToken(const std::string& service) {
  const std::optional<std::wstring> name = toWide(service);
  if (!name) return 0;
  const DWORD id = serviceProcess(*name);
  if (id == 0) return 0;
  const KernelHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  if (!process) return 0;
  HANDLE token = nullptr;
  if (!OpenProcessToken(process.get(), TOKEN_DUPLICATE | TOKEN_QUERY, &token)) return 0;
  const KernelHandle owned(token);
  HANDLE primary = nullptr;
  if (!DuplicateTokenEx(token, TOKEN_ALL_ACCESS, nullptr, SecurityImpersonation, TokenPrimary, &primary)) return 0;
  return fromHandle(primary);
}

OsHandle RealSystem::logOnLocalService() {
  wchar_t account[] = L"LOCAL SERVICE";
  wchar_t authority[] = L"NT AUTHORITY";
  HANDLE token = nullptr;
  if (!LogonUserW(account, authority, nullptr, LOGON32_LOGON_SERVICE, LOGON32_PROVIDER_DEFAULT, &token)) return 0;
  return fromHandle(token);
}

OsHandle RealSystem::restrictToken(OsHandle token) {
  HANDLE restricted = nullptr;
  if (!CreateRestrictedToken(asHandle(token), DISABLE_MAX_PRIVILEGE, 0, nullptr, 0, nullptr, 0, nullptr, &restricted)) return 0;
  if (!setMediumIntegrity(restricted) || !moveToOwnSession(restricted)) {
    const DWORD error = GetLastError();
    CloseHandle(restricted);
    SetLastError(error);
    return 0;
  }
  return fromHandle(restricted);
}

TokenFacts RealSystem::tokenFacts(OsHandle token) { return factsOf(asHandle(token)); }

TokenFacts RealSystem::ownTokenFacts() { return processTokenFacts(fromHandle(GetCurrentProcess())); }

TokenFacts RealSystem::processTokenFacts(OsHandle process) {
  HANDLE token = nullptr;
  if (!OpenProcessToken(asHandle(process), TOKEN_QUERY, &token)) return {};
  const KernelHandle owned(token);
  return factsOf(token);
}

std::string RealSystem::currentDesktop() {
  const std::wstring station = objectName(GetProcessWindowStation());
  const std::wstring desktop = objectName(GetThreadDesktop(GetCurrentThreadId()));
  if (station.empty() || desktop.empty()) return {};
  return fromWide(station + L"\\" + desktop).value_or(std::string());
}

OsHandle RealSystem::grantDesktopAccess(OsHandle token, const std::string& desktop) {
  const std::optional<std::wstring> name = toWide(desktop);
  const std::size_t backslash = name ? name->find(L'\\') : std::wstring::npos;
  if (backslash == std::wstring::npos) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  auto grant = std::make_unique<DesktopGrant>();
  grant->name = *name;
  grant->sid = logonSid(asHandle(token));
  if (grant->sid.empty()) {
    SetLastError(ERROR_NO_SUCH_LOGON_SESSION);
    return 0;
  }
  // The window station of this process is the one the desktop is in: LogonUI never has another.
  if (objectName(GetProcessWindowStation()) != name->substr(0, backslash)) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  grant->station = OpenWindowStationW(name->substr(0, backslash).c_str(), FALSE, READ_CONTROL | WRITE_DAC);
  if (grant->station == nullptr) return 0;
  grant->desktop = OpenDesktopW(name->substr(backslash + 1).c_str(), 0, FALSE, READ_CONTROL | WRITE_DAC);
  if (grant->desktop == nullptr) return 0;
  const Locked locked(grantsLock);
  grants.reserve(grants.size() + 1);
  if (!isShared(*grant)) {
    if (!changeAccess(grant->station, grant->sid.data(), GRANT_ACCESS, stationRights)) return 0;
    if (!changeAccess(grant->desktop, grant->sid.data(), GRANT_ACCESS, desktopRights)) {
      const DWORD error = GetLastError();
      changeAccess(grant->station, grant->sid.data(), REVOKE_ACCESS, 0);
      SetLastError(error);
      return 0;
    }
  }
  grants.push_back(grant.get());
  return reinterpret_cast<OsHandle>(grant.release());
}

void RealSystem::revokeDesktopAccess(OsHandle handle) {
  const DWORD error = GetLastError();
  const std::unique_ptr<DesktopGrant> grant(reinterpret_cast<DesktopGrant*>(handle));
  {
    const Locked locked(grantsLock);
    if (!isShared(*grant)) {
      changeAccess(grant->desktop, grant->sid.data(), REVOKE_ACCESS, 0);
      changeAccess(grant->station, grant->sid.data(), REVOKE_ACCESS, 0);
    }
    grants.erase(std::remove(grants.begin(), grants.end(), grant.get()), grants.end());
  }
  SetLastError(error);
}

}  // namespace keyturn
