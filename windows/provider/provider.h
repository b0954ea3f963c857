// The credential provider: offers tiles with the two links on the sign-in and the lock screen, and nothing anywhere else.
#pragma once

#include <vector>

#include "abi/credential-provider.h"
#include "com.h"
#include "credential.h"

namespace keyturn {

class Provider final : public ComObject<ICredentialProvider, ICredentialProviderSetUserArray> {
 public:
  Provider(std::shared_ptr<ISystem> system, HMODULE module) : system_(std::move(system)), module_(module) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) noexcept override;
  HRESULT STDMETHODCALLTYPE SetUsageScenario(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario, DWORD flags) noexcept override;
  HRESULT STDMETHODCALLTYPE SetSerialization(const CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* serialization) noexcept override;
  HRESULT STDMETHODCALLTYPE Advise(ICredentialProviderEvents* events, UINT_PTR context) noexcept override;
  HRESULT STDMETHODCALLTYPE UnAdvise() noexcept override;
  HRESULT STDMETHODCALLTYPE GetFieldDescriptorCount(DWORD* count) noexcept override;
  HRESULT STDMETHODCALLTYPE GetFieldDescriptorAt(DWORD index, CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR** descriptor) noexcept override;
  HRESULT STDMETHODCALLTYPE GetCredentialCount(DWORD* count, DWORD* defaultIndex, BOOL* autoLogonWithDefault) noexcept override;
  HRESULT STDMETHODCALLTYPE GetCredentialAt(DWORD index, ICredentialProviderCredential** credential) noexcept override;
  HRESULT STDMETHODCALLTYPE SetUserArray(ICredentialProviderUserArray* users) noexcept override;

 private:
  ~Provider() override;
  void configure();
  void beginThisScreen();
  void endThisScreen() noexcept;
  void logProblems();
  void createTiles();
  void addUserTile(ICredentialProviderUser* user);

  std::shared_ptr<ISystem> system_;
  HMODULE module_;
  std::shared_ptr<ScreenLink> link_ = std::make_shared<ScreenLink>();
  std::shared_ptr<ProviderContext> context_;  // empty until a scenario was taken
  ComPointer<ICredentialProviderUserArray> users_;
  std::vector<ComPointer<Credential>> tiles_;
  bool tilesAreCurrent_ = false;
  bool isGrouped_ = false;   // LogonUI has named its users
  bool isCounted_ = false;   // this screen is one that begins and ends (start-brake.h)
  bool isWithheld_ = false;  // the brake is on
};

}  // namespace keyturn
