#include "accessible.h"

#include <initguid.h>
#include <objbase.h>
#include <oleacc.h>

namespace keyturn {
namespace {

// UI Automation property LiveSetting (uiautomationcore.h), which the annotation service takes too.
const GUID liveSetting = {0xc12bcd8e, 0x2a8e, 0x4950, {0x8a, 0xe7, 0x36, 0x25, 0x11, 0x1d, 0x58, 0xeb}};
constexpr LONG assertive = 2;
constexpr LONG dialogRole = 18;  // ROLE_SYSTEM_DIALOG
constexpr DWORD liveRegionChanged = 0x8019;
constexpr DWORD client = static_cast<DWORD>(OBJID_CLIENT);

IAccPropServices* services() {
  static IAccPropServices* const found = [] {
    void* service = nullptr;
    if (FAILED(CoCreateInstance(CLSID_AccPropServices, nullptr, CLSCTX_INPROC_SERVER, IID_IAccPropServices, &service))) service = nullptr;
    return static_cast<IAccPropServices*>(service);
  }();
  return found;
}

void setNumber(HWND window, const MSAAPROPID& property, LONG value) {
  if (services() == nullptr) return;
  VARIANT variant = {};
  variant.vt = VT_I4;
  variant.lVal = value;
  services()->SetHwndProp(window, client, CHILDID_SELF, property, variant);
}

}  // namespace

void setAccessibleName(HWND control, const std::wstring& name) {
  if (services() != nullptr) services()->SetHwndPropStr(control, client, CHILDID_SELF, PROPID_ACC_NAME, name.c_str());
}

void setAccessibleDescription(HWND control, const std::wstring& description) {
  if (services() != nullptr) services()->SetHwndPropStr(control, client, CHILDID_SELF, PROPID_ACC_DESCRIPTION, description.c_str());
}

void setDialogRole(HWND window) { setNumber(window, PROPID_ACC_ROLE, dialogRole); }

void makeLiveRegion(HWND control) { setNumber(control, liveSetting, assertive); }

void announce(HWND control) {
  NotifyWinEvent(liveRegionChanged, control, OBJID_CLIENT, CHILDID_SELF);
  NotifyWinEvent(EVENT_SYSTEM_ALERT, control, OBJID_CLIENT, CHILDID_SELF);
}

void clearAccessible(HWND control) {
  if (services() == nullptr) return;
  const MSAAPROPID properties[] = {PROPID_ACC_NAME, PROPID_ACC_DESCRIPTION, PROPID_ACC_ROLE, liveSetting};
  services()->ClearHwndProps(control, client, CHILDID_SELF, properties, 4);
}

}  // namespace keyturn
