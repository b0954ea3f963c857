// RealSystem: the keyboard and the domain.
#include <windows.h>

#include <dsgetdc.h>
#include <lm.h>

#include <algorithm>
#include <vector>

#include "kiosk-start.h"
#include "real-system.h"
#include "utf.h"

namespace keyturn {
namespace {

std::vector<HKL> loadedLayouts() {
  std::vector<HKL> layouts(64);
  const int count = GetKeyboardLayoutList(static_cast<int>(layouts.size()), layouts.data());
  layouts.resize(static_cast<std::size_t>(std::max(count, 0)));
  return layouts;
}

WORD languageOf(HKL layout) { return LOWORD(reinterpret_cast<UINT_PTR>(layout)); }

// The layout's own name, for two layouts of one language ("US", "United States-International").
std::wstring layoutText() {
  wchar_t name[KL_NAMELENGTH];
  if (!GetKeyboardLayoutNameW(name)) return {};
  const std::wstring key = std::wstring(L"SYSTEM\\CurrentControlSet\\Control\\Keyboard Layouts\\") + name;
  wchar_t text[128];
  DWORD size = sizeof text;
  return RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"Layout Text", RRF_RT_REG_SZ, nullptr, text, &size) == ERROR_SUCCESS ? text : L"";
}

template <typename Function>
Function function(HMODULE library, const char* name) {
  return library == nullptr ? nullptr : reinterpret_cast<Function>(reinterpret_cast<void (*)()>(GetProcAddress(library, name)));
}

}  // namespace

std::string RealSystem::keyboardLayout() {
  wchar_t name[KL_NAMELENGTH];
  if (!GetKeyboardLayoutNameW(name)) return {};
  const std::string layout = fromWide(name).value_or(std::string());
  return isKeyboardLayout(layout) ? layout : std::string();
}

bool RealSystem::useKeyboardLayout(const std::string& layout) {
  const std::optional<std::wstring> name = toWide(layout);
  if (!name || !isKeyboardLayout(layout)) return false;
  // Where Windows has no such layout it takes another one and says nothing: so it is asked.
  return LoadKeyboardLayoutW(name->c_str(), KLF_ACTIVATE | KLF_SETFORPROCESS) != nullptr && keyboardLayout() == layout;
}

bool RealSystem::hasOtherKeyboardLayout() { return loadedLayouts().size() > 1; }

bool RealSystem::useNextKeyboardLayout() {
  const std::vector<HKL> layouts = loadedLayouts();
  const auto now = std::find(layouts.begin(), layouts.end(), GetKeyboardLayout(0));
  if (layouts.size() < 2) return false;
  const HKL next = now == layouts.end() || now + 1 == layouts.end() ? layouts.front() : *(now + 1);
  return ActivateKeyboardLayout(next, KLF_SETFORPROCESS) != nullptr && GetKeyboardLayout(0) == next;
}

std::string RealSystem::keyboardName() {
  const WORD language = languageOf(GetKeyboardLayout(0));
  wchar_t name[128];
  if (GetLocaleInfoW(MAKELCID(language, SORT_DEFAULT), LOCALE_SNATIVEDISPLAYNAME, name, 128) == 0) return {};
  std::wstring whole = name;
  const std::vector<HKL> layouts = loadedLayouts();
  const auto ofLanguage = std::count_if(layouts.begin(), layouts.end(), [&](HKL one) { return languageOf(one) == language; });
  const std::wstring own = ofLanguage > 1 ? layoutText() : std::wstring();
  if (!own.empty()) whole += L", " + own;
  return fromWide(whole).value_or(std::string());
}

DomainReach RealSystem::domainReach() {
  // By the window alone, and loaded when it is asked for: on the sign-in screen itself no library of the network is wanted.
  const HMODULE library = LoadLibraryExW(L"netapi32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  const auto joinInformation = function<decltype(&NetGetJoinInformation)>(library, "NetGetJoinInformation");
  const auto getController = function<decltype(&DsGetDcNameW)>(library, "DsGetDcNameW");
  const auto freeBuffer = function<decltype(&NetApiBufferFree)>(library, "NetApiBufferFree");
  if (joinInformation == nullptr || getController == nullptr || freeBuffer == nullptr) return DomainReach::notKnown;
  wchar_t* domain = nullptr;
  NETSETUP_JOIN_STATUS status = NetSetupUnknownStatus;
  if (joinInformation(nullptr, &domain, &status) != NERR_Success) return DomainReach::notKnown;
  freeBuffer(domain);
  if (status == NetSetupWorkgroupName || status == NetSetupUnjoined) return DomainReach::notInDomain;
  if (status != NetSetupDomainName) return DomainReach::notKnown;
  // What was found before says nothing of now: a laptop travels.
  DOMAIN_CONTROLLER_INFOW* controller = nullptr;
  const DWORD result = getController(nullptr, nullptr, nullptr, nullptr, DS_FORCE_REDISCOVERY | DS_RETURN_DNS_NAME, &controller);
  if (result == ERROR_SUCCESS) {
    freeBuffer(controller);
    return DomainReach::reached;
  }
  return result == ERROR_NO_SUCH_DOMAIN ? DomainReach::notReached : DomainReach::notKnown;
}

}  // namespace keyturn
