#include "filter.h"

#include "class-ids.h"
#include "log.h"

namespace keyturn {

HRESULT ProviderFilter::QueryInterface(REFIID id, void** object) noexcept {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (!IsEqualIID(id, IID_IUnknown) && !IsEqualIID(id, __uuidof(ICredentialProviderFilter))) return E_NOINTERFACE;
  *object = static_cast<ICredentialProviderFilter*>(this);
  AddRef();
  return S_OK;
}

HRESULT ProviderFilter::Filter(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario, DWORD, GUID* providers, BOOL* allowed,
                               DWORD count) noexcept {
  if (scenario != CPUS_LOGON && scenario != CPUS_UNLOCK_WORKSTATION) return S_OK;
  if (providers == nullptr || allowed == nullptr) return S_OK;
  return guarded([&]() -> HRESULT {
    const SettingsReading reading = readSettings(*system_);
    if (!reading.settings.hidePasswordProvider || !reading.isConfigured()) return S_OK;
    // Without our own tile, or with nothing else to sign in by, hiding the password would lock everyone out. Whether a person
    // can use one of the others, a smart card for example, nobody can tell from here.
    bool hasOwnTile = false;
    bool hasOtherWay = false;
    for (DWORD i = 0; i < count; ++i) {
      if (IsEqualGUID(providers[i], providerClass)) {
        hasOwnTile = true;
      } else if (!IsEqualGUID(providers[i], passwordProviderClass) && allowed[i] != FALSE) {
        hasOtherWay = true;
      }
    }
    if (!hasOwnTile || !hasOtherWay) return S_OK;
    for (DWORD i = 0; i < count; ++i)
      if (IsEqualGUID(providers[i], passwordProviderClass)) allowed[i] = FALSE;
    logEvent(*system_, reading.settings, EventId::passwordProviderHidden);
    return S_OK;
  });
}

HRESULT ProviderFilter::UpdateRemoteCredential(const CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION*,
                                               CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION*) noexcept {
  return E_NOTIMPL;
}

}  // namespace keyturn
