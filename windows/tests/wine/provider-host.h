// Plays LogonUI for the tests: loads the provider as the sign-in screen would, with users, events and a registry of its own.
#pragma once

#include <windows.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "abi/credential-provider.h"
#include "com.h"

namespace keyturn::test {

// The DLL under test, from the first argument of the program.
HMODULE providerModule();
std::string moduleFolder();

using GetClassObject = HRESULT(STDAPICALLTYPE*)(REFCLSID, REFIID, void**);
using CanUnloadNow = HRESULT(STDAPICALLTYPE*)();
GetClassObject getClassObject();
bool canUnload();

ComPointer<ICredentialProvider> createProvider();
ComPointer<ICredentialProviderFilter> createFilter();
template <typename T>
ComPointer<T> query(IUnknown* object) {
  ComPointer<T> result;
  if (object != nullptr) object->QueryInterface(__uuidof(T), reinterpret_cast<void**>(result.out()));
  return result;
}

// Settings under both keys; emptied first.
void clearSettings();
void setPolicy(const char* name, const char* text);
void setPolicy(const char* name, DWORD number);
void setMachine(const char* name, const char* text);
void setMachine(const char* name, DWORD number);

// An object on the stack of a test: counts references, and a test can ask whether all were given back.
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
  CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS options = CPAO_NONE;
  DWORD claimedCount = 0;  // more than there are, where a test wants that
  explicit FakeUsers(std::vector<FakeUser*> u) : users(std::move(u)) {}
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

struct FakeProviderEvents final : Counted<ICredentialProviderEvents> {
  HANDLE changed = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  std::atomic<UINT_PTR> context{0};
  ~FakeProviderEvents() { CloseHandle(changed); }
  HRESULT STDMETHODCALLTYPE CredentialsChanged(UINT_PTR value) override {
    context = value;
    SetEvent(changed);
    return S_OK;
  }
};

std::string stringOf(ICredentialProviderCredential* credential, DWORD field);
CREDENTIAL_PROVIDER_FIELD_STATE stateOf(ICredentialProviderCredential* credential, DWORD field);
DWORD tileCount(ICredentialProvider* provider);
ComPointer<ICredentialProviderCredential> tileAt(ICredentialProvider* provider, DWORD index);

// Lines of a file beside the module; empty if there is none.
std::vector<std::string> linesOf(const std::string& file);
// "command=..." and so on, of the stand-in for the kiosk; waits for it. Empty after `seconds` without one.
std::map<std::string, std::string> kioskReport(int seconds = 20);
void removeBesideModule(const std::string& file);
void createBesideModule(const std::string& file);
bool eventually(const std::function<bool()>& holds, int seconds = 20);

// Loads the DLL, enters a desktop named Winlogon and runs every TEST.
int runProviderTests(int argumentCount, wchar_t** arguments);

}  // namespace keyturn::test
