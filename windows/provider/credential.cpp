#include "credential.h"

#include "logo.h"
#include "resource-text.h"
#include "text-ids.h"

namespace keyturn {
namespace {

unsigned statusText(TileState state) {
  switch (state) {
    case TileState::ready:
      return TEXT_STATUS_READY;
    case TileState::remote:
      return TEXT_STATUS_REMOTE;
    case TileState::opening:
      return TEXT_STATUS_OPENING;
    case TileState::open:
      return TEXT_STATUS_OPEN;
    case TileState::idle:
      return TEXT_STATUS_IDLE;
    case TileState::tooLong:
      return TEXT_STATUS_TOO_LONG;
    case TileState::failed:
      return TEXT_STATUS_FAILED;
    case TileState::died:
      return TEXT_STATUS_DIED;
  }
  return TEXT_STATUS_READY;
}

}  // namespace

std::string ProviderContext::text(DWORD field) const {
  const Settings& settings = reading.settings;
  if (field == fieldTitle && !settings.tileTitle.empty()) return settings.tileTitle;
  if (field == fieldReset && !settings.resetText.empty()) return settings.resetText;
  if (field == fieldUnlock && !settings.unlockText.empty()) return settings.unlockText;
  if (field != fieldStatus) return resourceText(module, fieldDefinition(field).text, language);
  const TileState state = link->state();
  std::string text = resourceText(module, statusText(state), language);
  if (state == TileState::failed || state == TileState::died) {
    const KioskFault fault = link->fault();
    const std::size_t place = text.find("{0}");
    if (place != std::string::npos)
      text.replace(place, 3, fault.code == 0 ? fault.step : fault.step + " " + hexadecimal(fault.code));
    if (!settings.helpDeskText.empty()) text += " " + settings.helpDeskText;
  }
  return text;
}

Credential::~Credential() { context_->link->remove(this); }

HRESULT Credential::QueryInterface(REFIID id, void** object) noexcept {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  const bool isSecond = IsEqualIID(id, __uuidof(ICredentialProviderCredential2)) && isGrouped_;
  if (!isSecond && !IsEqualIID(id, IID_IUnknown) && !IsEqualIID(id, __uuidof(ICredentialProviderCredential))) return E_NOINTERFACE;
  *object = static_cast<ICredentialProviderCredential2*>(this);
  AddRef();
  return S_OK;
}

// The events are LogonUI's until UnAdvise: kept with a reference, as Microsoft's page of Advise asks.
HRESULT Credential::Advise(ICredentialProviderCredentialEvents* events) noexcept {
  return guarded([&] {
    context_->link->add(this, events);
    return S_OK;
  });
}

HRESULT Credential::UnAdvise() noexcept {
  return guarded([&] {
    context_->link->remove(this);
    return S_OK;
  });
}

HRESULT Credential::SetSelected(BOOL* autoLogon) noexcept {
  if (autoLogon == nullptr) return E_POINTER;
  *autoLogon = FALSE;
  return S_OK;
}

HRESULT Credential::SetDeselected() noexcept { return S_OK; }

bool Credential::isOffered(DWORD field) const {
  const SettingsReading& reading = context_->reading;
  if (field == fieldReset) return reading.isConfigured() && reading.settings.showReset;
  if (field == fieldUnlock) return reading.isConfigured() && reading.settings.showUnlock;
  return true;
}

HRESULT Credential::GetFieldState(DWORD field, CREDENTIAL_PROVIDER_FIELD_STATE* state,
                                  CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE* interactiveState) noexcept {
  if (state == nullptr || interactiveState == nullptr) return E_POINTER;
  if (field >= fieldCount) return E_INVALIDARG;
  *interactiveState = CPFIS_NONE;
  if (field == fieldLogo) {
    *state = CPFS_DISPLAY_IN_BOTH;
  } else if (field == fieldLabel || !isOffered(field)) {
    *state = CPFS_HIDDEN;
  } else {
    *state = field == fieldTitle ? CPFS_DISPLAY_IN_BOTH : CPFS_DISPLAY_IN_SELECTED_TILE;
  }
  return S_OK;
}

HRESULT Credential::GetStringValue(DWORD field, LPWSTR* text) noexcept {
  if (text == nullptr) return E_POINTER;
  *text = nullptr;
  if (field >= fieldCount || field == fieldLogo) return E_INVALIDARG;
  return guarded([&] { return copyOut(context_->text(field), text); });
}

HRESULT Credential::GetBitmapValue(DWORD field, HBITMAP* bitmap) noexcept {
  if (bitmap == nullptr) return E_POINTER;
  *bitmap = nullptr;
  if (field != fieldLogo) return E_INVALIDARG;
  *bitmap = createLogo();
  return *bitmap == nullptr ? E_OUTOFMEMORY : S_OK;
}

// The tile has no field to type, tick or choose in: it never holds anything a user enters.
HRESULT Credential::GetCheckboxValue(DWORD, BOOL*, LPWSTR*) noexcept { return E_NOTIMPL; }
HRESULT Credential::GetSubmitButtonValue(DWORD, DWORD*) noexcept { return E_NOTIMPL; }
HRESULT Credential::GetComboBoxValueCount(DWORD, DWORD*, DWORD*) noexcept { return E_NOTIMPL; }
HRESULT Credential::GetComboBoxValueAt(DWORD, DWORD, LPWSTR*) noexcept { return E_NOTIMPL; }
HRESULT Credential::SetStringValue(DWORD, LPCWSTR) noexcept { return E_NOTIMPL; }
HRESULT Credential::SetCheckboxValue(DWORD, BOOL) noexcept { return E_NOTIMPL; }
HRESULT Credential::SetComboBoxSelectedValue(DWORD, DWORD) noexcept { return E_NOTIMPL; }

HRESULT Credential::CommandLinkClicked(DWORD field) noexcept {
  if (field != fieldReset && field != fieldUnlock) return E_INVALIDARG;
  return guarded([&]() -> HRESULT {
    if (!isOffered(field)) return E_ACCESSDENIED;
    if (!context_->isAllowedInSession()) {
      context_->link->show(TileState::remote);
      return E_ACCESSDENIED;
    }
    // A second click while a window is open shows that window; while one is opening it changes nothing.
    if (context_->runner->showWindow()) return S_OK;
    KioskStart start;
    start.goal = field == fieldReset ? KioskGoal::resetPassword : KioskGoal::unlockAccount;
    start.language = context_->language;
    start.account = account_;
    // Which keyboard and which desktop this is only this thread knows.
    start.layout = context_->system->keyboardLayout();
    const std::string desktop = context_->system->currentDesktop();
    context_->runner->start(context_->reading.settings, start, desktop);
    return S_OK;
  });
}

HRESULT Credential::GetSerialization(CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE* response,
                                     CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* serialization, LPWSTR* statusText,
                                     CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) noexcept {
  if (response == nullptr || serialization == nullptr) return E_POINTER;
  *response = CPGSR_NO_CREDENTIAL_NOT_FINISHED;
  *serialization = {};
  if (statusText != nullptr) *statusText = nullptr;
  if (statusIcon != nullptr) *statusIcon = CPSI_NONE;
  return S_OK;
}

HRESULT Credential::ReportResult(LONG, LONG, LPWSTR* statusText, CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) noexcept {
  if (statusText != nullptr) *statusText = nullptr;
  if (statusIcon != nullptr) *statusIcon = CPSI_NONE;
  return S_OK;
}

HRESULT Credential::GetUserSid(LPWSTR* sid) noexcept {
  if (sid == nullptr) return E_POINTER;
  *sid = nullptr;
  // "Other user" (Microsoft's page of GetUserSid): S_FALSE and no SID.
  if (sid_.empty()) return S_FALSE;
  return guarded([&] { return copyOut(sid_, sid); });
}

}  // namespace keyturn
