// Plays LogonUI for the tests, written from Microsoft's pages about the interfaces and knowing nothing of the provider: it asks
// what the pages allow it to ask, shows what they say it shows, and complains (CHECK) where an answer breaks one of them.
// All pages: learn.microsoft.com/windows/win32/api/credentialprovider/..., named here by their last part.
#pragma once

#include <windows.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/credential-provider.h"
#include "com.h"

namespace keyturn::test {

// Where a screen gets the provider from: each test program says it for itself.
ComPointer<ICredentialProvider> createProvider();

// Puts the calling thread on a desktop named as that of the sign-in screen. Before it makes a window: a thread that has one cannot
// change its desktop.
bool enterSignInDesktop();

template <typename T>
ComPointer<T> query(IUnknown* object) {
  ComPointer<T> result;
  if (object != nullptr) object->QueryInterface(__uuidof(T), reinterpret_cast<void**>(result.out()));
  return result;
}

// An object that a test owns: counts references, so that a test can ask whether all were given back.
template <typename Interface>
class Counted : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) override {
    *object = nullptr;
    if (!IsEqualIID(id, IID_IUnknown) && !IsEqualIID(id, __uuidof(Interface))) return E_NOINTERFACE;
    *object = this;
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return static_cast<ULONG>(++references); }
  ULONG STDMETHODCALLTYPE Release() override { return static_cast<ULONG>(--references); }
  std::atomic<long> references{0};

 protected:
  ~Counted() = default;
};

struct FakeUser final : Counted<ICredentialProviderUser> {
  std::string sid;
  std::string qualifiedName;
  bool fails = false;
  FakeUser(std::string s, std::string name) : sid(std::move(s)), qualifiedName(std::move(name)) {}
  HRESULT STDMETHODCALLTYPE GetSid(LPWSTR* out) override { return fails ? E_FAIL : copyOut(sid, out); }
  HRESULT STDMETHODCALLTYPE GetProviderID(GUID*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetStringValue(REFPROPERTYKEY, LPWSTR* out) override { return copyOut(qualifiedName, out); }
  HRESULT STDMETHODCALLTYPE GetValue(REFPROPERTYKEY, PROPVARIANT*) override { return E_NOTIMPL; }
};

struct FakeUsers final : Counted<ICredentialProviderUserArray> {
  std::vector<FakeUser*> users;
  // ne-credentialprovider-credential_provider_account_options: NONE wants no credential for "Other user", either of the others
  // wants one.
  CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS options = CPAO_NONE;
  DWORD claimedCount = 0;  // more than there are, where a test wants that
  explicit FakeUsers(std::vector<FakeUser*> u = {}) : users(std::move(u)) {}
  HRESULT STDMETHODCALLTYPE SetProviderFilter(REFGUID) override { return S_OK; }
  HRESULT STDMETHODCALLTYPE GetAccountOptions(CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS* out) override {
    *out = options;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetCount(DWORD* count) override {
    *count = claimedCount != 0 ? claimedCount : static_cast<DWORD>(users.size());
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetAt(DWORD index, ICredentialProviderUser** user) override {
    *user = nullptr;
    if (index >= users.size()) return index % 2 == 0 ? E_INVALIDARG : S_OK;  // some answer "fine" with nothing
    *user = users[index];
    users[index]->AddRef();
    return S_OK;
  }
};

// One credential as the screen has it. It is LogonUI's events object for it at the same time.
struct ScreenTile final : Counted<ICredentialProviderCredentialEvents> {
  enum class Place {
    user,       // a sign-in option below the tile of the user `sid`
    otherUser,  // the same below "Other user"
    ownTile,    // a tile beside the users, as before Windows 8
  };
  ComPointer<ICredentialProviderCredential> credential;
  Place place = Place::ownTile;
  std::string sid;
  std::map<DWORD, std::string> shown;                        // what a person reads now
  std::map<DWORD, CREDENTIAL_PROVIDER_FIELD_STATE> states;
  bool isAdvised = false;
  DWORD thread = GetCurrentThreadId();
  int updates = 0;

  HRESULT STDMETHODCALLTYPE SetFieldState(ICredentialProviderCredential* c, DWORD field, CREDENTIAL_PROVIDER_FIELD_STATE state) override;
  HRESULT STDMETHODCALLTYPE SetFieldInteractiveState(ICredentialProviderCredential*, DWORD, CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE) override;
  HRESULT STDMETHODCALLTYPE SetFieldString(ICredentialProviderCredential* c, DWORD field, LPCWSTR text) override;
  HRESULT STDMETHODCALLTYPE SetFieldCheckbox(ICredentialProviderCredential*, DWORD, BOOL, LPCWSTR) override;
  HRESULT STDMETHODCALLTYPE SetFieldBitmap(ICredentialProviderCredential*, DWORD, HBITMAP) override;
  HRESULT STDMETHODCALLTYPE SetFieldComboBoxSelectedItem(ICredentialProviderCredential*, DWORD, DWORD) override;
  HRESULT STDMETHODCALLTYPE DeleteFieldComboBoxItem(ICredentialProviderCredential*, DWORD, DWORD) override;
  HRESULT STDMETHODCALLTYPE AppendFieldComboBoxItem(ICredentialProviderCredential*, DWORD, LPCWSTR) override;
  HRESULT STDMETHODCALLTYPE SetFieldSubmitButton(ICredentialProviderCredential*, DWORD, DWORD) override;
  HRESULT STDMETHODCALLTYPE OnCreatingWindow(HWND*) override;

  void advise();
  void unadvise();
  // What a person sees of the text and the links of that kind on the selected tile; a hidden field is empty.
  std::string read(DWORD field) const;

 private:
  void expectLegal(ICredentialProviderCredential* c);
};

// A sign-in screen from its start to its end.
class LogonUi final : public Counted<ICredentialProviderEvents> {
 public:
  explicit LogonUi(FakeUsers* users, CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario = CPUS_LOGON) : users_(users), scenario_(scenario) {}
  ~LogonUi() { close(); }

  // Everything up to a screen that waits for the person. False if the provider does not serve the scenario.
  bool open();
  void close();
  // CredentialsChanged: all credentials anew. As on the real screen the person is back at the default, and no tile of a provider
  // without one stays selected (nf-credentialprovider-icredentialproviderevents-credentialschanged: "focus changes").
  void enumerate();
  // New users, as a switch between "Other user" and a list brings.
  void setUsers(FakeUsers* users);
  void unadvise();
  void advise();
  // The screen goes away with its tiles and comes back, with the same provider.
  void leaveAndReturn();

  // The tile below that user, below "Other user" for "", or nothing.
  ScreenTile* under(const std::string& sid) const;
  const std::vector<std::unique_ptr<ScreenTile>>& tiles() const { return tiles_; }
  ScreenTile* select(const std::string& sid);
  ScreenTile* selected() const { return selected_; }
  HRESULT click(DWORD field);
  int enumerations() const { return enumerations_; }
  ICredentialProvider* provider() const { return provider_.get(); }

  HRESULT STDMETHODCALLTYPE CredentialsChanged(UINT_PTR context) override;

 private:
  std::unique_ptr<ScreenTile> place(ComPointer<ICredentialProviderCredential> credential);
  void readFields(ScreenTile& tile);
  void dropTiles();

  FakeUsers* users_;
  CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario_;
  ComPointer<ICredentialProvider> provider_;
  bool isGrouping_ = false;
  bool isAdvised_ = false;
  DWORD thread_ = GetCurrentThreadId();
  std::map<DWORD, CREDENTIAL_PROVIDER_FIELD_TYPE> fields_;
  std::vector<std::unique_ptr<ScreenTile>> tiles_;
  ScreenTile* selected_ = nullptr;
  int enumerations_ = 0;
};

}  // namespace keyturn::test
