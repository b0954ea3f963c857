// The filter: hides the built-in password sign-in, but only where policy says so and another way in is left. It is in this
// module, yet no installer registers it by default.
#pragma once

#include "abi/credential-provider.h"
#include "com.h"
#include "system.h"

#include <memory>

namespace keyturn {

class ProviderFilter final : public ComObject<ICredentialProviderFilter> {
 public:
  explicit ProviderFilter(std::shared_ptr<ISystem> system) : system_(std::move(system)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) noexcept override;
  HRESULT STDMETHODCALLTYPE Filter(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario, DWORD flags, GUID* providers, BOOL* allowed,
                                   DWORD count) noexcept override;
  HRESULT STDMETHODCALLTYPE UpdateRemoteCredential(const CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* in,
                                                   CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* out) noexcept override;

 private:
  std::shared_ptr<ISystem> system_;
};

}  // namespace keyturn
