// One tile: Keyturn's own, or the Keyturn sign-in option of one user.
#pragma once

#include <windows.h>

#include "abi/credential-provider.h"
#include "com.h"
#include "fields.h"
#include "kiosk-runner.h"
#include "settings.h"

namespace keyturn {

// What all tiles of one provider have in common.
struct ProviderContext {
  std::shared_ptr<ISystem> system;
  HMODULE module = nullptr;
  SettingsReading reading;
  std::string language;
  std::shared_ptr<ScreenLink> link;
  std::shared_ptr<KioskRunner> runner;

  // Whether the tile may do anything in the session as it is now: a locked session can be taken over from elsewhere.
  bool isAllowedInSession() const { return reading.settings.showInRemoteSessions || !system->isRemoteSession(); }

  // A text of the tile: the administrator's where there is one, else the built-in one in the language of the screen.
  std::string text(DWORD field) const;
};

class Credential final : public ComObject<ICredentialProviderCredential2> {
 public:
  // `isGrouped` says that LogonUI has named its users: then every tile is an ICredentialProviderCredential2, under its user or,
  // where `sid` is empty, under "Other user". `account` is the cleaned sign-in name or empty.
  Credential(std::shared_ptr<const ProviderContext> context, bool isGrouped, std::string sid, std::string account)
      : context_(std::move(context)), isGrouped_(isGrouped), sid_(std::move(sid)), account_(std::move(account)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) noexcept override;
  HRESULT STDMETHODCALLTYPE Advise(ICredentialProviderCredentialEvents* events) noexcept override;
  HRESULT STDMETHODCALLTYPE UnAdvise() noexcept override;
  HRESULT STDMETHODCALLTYPE SetSelected(BOOL* autoLogon) noexcept override;
  HRESULT STDMETHODCALLTYPE SetDeselected() noexcept override;
  HRESULT STDMETHODCALLTYPE GetFieldState(DWORD field, CREDENTIAL_PROVIDER_FIELD_STATE* state,
                                          CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE* interactiveState) noexcept override;
  HRESULT STDMETHODCALLTYPE GetStringValue(DWORD field, LPWSTR* text) noexcept override;
  HRESULT STDMETHODCALLTYPE GetBitmapValue(DWORD field, HBITMAP* bitmap) noexcept override;
  HRESULT STDMETHODCALLTYPE GetCheckboxValue(DWORD field, BOOL* isChecked, LPWSTR* label) noexcept override;
  HRESULT STDMETHODCALLTYPE GetSubmitButtonValue(DWORD field, DWORD* adjacentTo) noexcept override;
  HRESULT STDMETHODCALLTYPE GetComboBoxValueCount(DWORD field, DWORD* items, DWORD* selectedItem) noexcept override;
  HRESULT STDMETHODCALLTYPE GetComboBoxValueAt(DWORD field, DWORD item, LPWSTR* text) noexcept override;
  HRESULT STDMETHODCALLTYPE SetStringValue(DWORD field, LPCWSTR text) noexcept override;
  HRESULT STDMETHODCALLTYPE SetCheckboxValue(DWORD field, BOOL isChecked) noexcept override;
  HRESULT STDMETHODCALLTYPE SetComboBoxSelectedValue(DWORD field, DWORD selectedItem) noexcept override;
  HRESULT STDMETHODCALLTYPE CommandLinkClicked(DWORD field) noexcept override;
  HRESULT STDMETHODCALLTYPE GetSerialization(CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE* response,
                                             CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* serialization, LPWSTR* statusText,
                                             CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) noexcept override;
  HRESULT STDMETHODCALLTYPE ReportResult(LONG status, LONG substatus, LPWSTR* statusText,
                                         CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) noexcept override;
  HRESULT STDMETHODCALLTYPE GetUserSid(LPWSTR* sid) noexcept override;

 private:
  ~Credential() override;
  bool isOffered(DWORD field) const;

  std::shared_ptr<const ProviderContext> context_;
  bool isGrouped_;
  std::string sid_;
  std::string account_;
};

}  // namespace keyturn
