// What holds for the provider that ships and for the one with the test system alike: its exports, and answers to callers that no
// sign-in screen resembles. What a sign-in screen sees: sign-in-screen-test.cpp.
#include <windows.h>

#include <psapi.h>

#include "check.h"
#include "class-ids.h"
#include "events.h"
#include "fields.h"
#include "logon-ui.h"
#include "provider-host.h"
#include "resource-text.h"
#include "text-ids.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

constexpr char portal[] = "https://reset.example.com/";

ComPointer<ICredentialProvider> configuredProvider(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario = CPUS_LOGON) {
  clearSettings();
  setMachine("PortalUrl", portal);
  auto provider = createProvider();
  CHECK(provider && provider->SetUsageScenario(scenario, 0) == S_OK);
  return provider;
}

}  // namespace

TEST("the module gives out its class and nothing else") {
  void* object = &object;
  const GUID other = {0x12345678, 0, 0, {0, 0, 0, 0, 0, 0, 0, 1}};
  CHECK(getClassObject()(other, IID_IClassFactory, &object) == CLASS_E_CLASSNOTAVAILABLE && object == nullptr);
  CHECK(getClassObject()(providerClass, IID_IClassFactory, nullptr) == E_POINTER);
  CHECK(getClassObject()(providerClass, __uuidof(ICredentialProvider), &object) == E_NOINTERFACE);
  CHECK(static_cast<bool>(createProvider()));
  CHECK(GetProcAddress(providerModule(), "DllRegisterServer") == nullptr);
  ComPointer<IClassFactory> factory;
  getClassObject()(providerClass, IID_IClassFactory, reinterpret_cast<void**>(factory.out()));
  CHECK(factory->CreateInstance(factory.get(), IID_IUnknown, &object) == CLASS_E_NOAGGREGATION);
  CHECK(factory->CreateInstance(nullptr, IID_IUnknown, nullptr) == E_POINTER);
  factory->LockServer(TRUE);
  factory = ComPointer<IClassFactory>();
  CHECK(!canUnload());
  getClassObject()(providerClass, IID_IClassFactory, reinterpret_cast<void**>(factory.out()));
  factory->LockServer(FALSE);
}

TEST("registered as the installer does it, COM creates the provider") {
  const wchar_t key[] = L"SOFTWARE\\Classes\\CLSID\\{6EC25F21-EF81-4D53-8DB9-92A63A40396F}\\InprocServer32";
  ComPointer<ICredentialProvider> provider;
  CHECK(CoCreateInstance(providerClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ICredentialProvider),
                         reinterpret_cast<void**>(provider.out())) == REGDB_E_CLASSNOTREG);
  wchar_t path[MAX_PATH];
  const DWORD length = GetModuleFileNameW(providerModule(), path, MAX_PATH);
  HKEY handle = nullptr;
  RegCreateKeyExW(HKEY_LOCAL_MACHINE, key, 0, nullptr, 0, KEY_WRITE, nullptr, &handle, nullptr);
  RegSetValueExW(handle, nullptr, 0, REG_SZ, reinterpret_cast<const BYTE*>(path), static_cast<DWORD>((length + 1) * sizeof(wchar_t)));
  RegSetValueExW(handle, L"ThreadingModel", 0, REG_SZ, reinterpret_cast<const BYTE*>(L"Apartment"), 20);
  RegCloseKey(handle);
  CHECK(CoCreateInstance(providerClass, nullptr, CLSCTX_INPROC_SERVER, __uuidof(ICredentialProvider),
                         reinterpret_cast<void**>(provider.out())) == S_OK);
  RegDeleteTreeW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes\\CLSID\\{6EC25F21-EF81-4D53-8DB9-92A63A40396F}");
}

TEST("the fields are described, in range only") {
  const auto provider = configuredProvider();
  DWORD count = 0;
  CHECK(provider->GetFieldDescriptorCount(&count) == S_OK && count == fieldCount);
  const CREDENTIAL_PROVIDER_FIELD_TYPE types[] = {CPFT_TILE_IMAGE,   CPFT_SMALL_TEXT,   CPFT_LARGE_TEXT,
                                                  CPFT_COMMAND_LINK, CPFT_COMMAND_LINK, CPFT_SMALL_TEXT};
  for (DWORD i = 0; i < count; ++i) {
    CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR* descriptor = nullptr;
    CHECK(provider->GetFieldDescriptorAt(i, &descriptor) == S_OK);
    if (descriptor == nullptr) continue;
    CHECK(descriptor->dwFieldID == i && descriptor->cpft == types[i] && descriptor->pszLabel != nullptr && descriptor->pszLabel[0] != 0);
    CoTaskMemFree(descriptor->pszLabel);
    CoTaskMemFree(descriptor);
  }
  CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR* descriptor = nullptr;
  CHECK(provider->GetFieldDescriptorAt(fieldCount, &descriptor) == E_INVALIDARG && descriptor == nullptr);
  CHECK(provider->GetFieldDescriptorAt(0, nullptr) == E_POINTER);
  const auto tile = tileAt(provider.get(), 0);
  CREDENTIAL_PROVIDER_FIELD_STATE state = CPFS_HIDDEN;
  CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE interactive = CPFIS_NONE;
  LPWSTR text = nullptr;
  for (const DWORD field : {static_cast<DWORD>(fieldCount), static_cast<DWORD>(-1)}) {
    CHECK(tile->GetFieldState(field, &state, &interactive) == E_INVALIDARG);
    CHECK(tile->GetStringValue(field, &text) == E_INVALIDARG && text == nullptr);
    CHECK(tile->CommandLinkClicked(field) == E_INVALIDARG);
  }
  CHECK(tile->CommandLinkClicked(fieldTitle) == E_INVALIDARG);
  const auto other = createProvider();
  CHECK(other->SetUsageScenario(CPUS_INVALID, 0) == E_INVALIDARG);
  CHECK(other->SetUsageScenario(static_cast<CREDENTIAL_PROVIDER_USAGE_SCENARIO>(7), 0) == E_INVALIDARG);
  CHECK(other->GetFieldDescriptorAt(0, &descriptor) == E_UNEXPECTED && tileCount(other.get()) == 0);
  CHECK(!tileAt(provider.get(), 1) && !tileAt(provider.get(), static_cast<DWORD>(-1)));
}

TEST("a configured tile offers both links and says what they do") {
  const auto provider = configuredProvider();
  const auto tile = tileAt(provider.get(), 0);
  CHECK(stateOf(tile.get(), fieldLogo) == CPFS_DISPLAY_IN_BOTH);
  CHECK(stateOf(tile.get(), fieldLabel) == CPFS_HIDDEN);
  CHECK(stateOf(tile.get(), fieldReset) == CPFS_DISPLAY_IN_SELECTED_TILE);
  CHECK(stateOf(tile.get(), fieldUnlock) == CPFS_DISPLAY_IN_SELECTED_TILE);
  CHECK(stateOf(tile.get(), fieldStatus) == CPFS_DISPLAY_IN_SELECTED_TILE);
  CHECK_NOTE(stringOf(tile.get(), fieldReset) == "Forgot password?", stringOf(tile.get(), fieldReset));
  CHECK(stringOf(tile.get(), fieldUnlock) == "Unlock account");
  CHECK(stringOf(tile.get(), fieldStatus) == "Opens a window in which you prove who you are.");
}

TEST("the tile has a picture") {
  const auto provider = configuredProvider();
  const auto tile = tileAt(provider.get(), 0);
  HBITMAP bitmap = nullptr;
  BITMAP info{};
  CHECK(tile->GetBitmapValue(fieldLogo, &bitmap) == S_OK && bitmap != nullptr);
  CHECK(GetObjectW(bitmap, sizeof info, &info) != 0 && info.bmWidth == 128 && info.bmHeight == 128);
  DeleteObject(bitmap);
  CHECK(tile->GetBitmapValue(fieldTitle, &bitmap) == E_INVALIDARG);
}

TEST("it never signs anyone in and never takes a secret") {
  const auto provider = configuredProvider();
  CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION given{};
  CHECK(provider->SetSerialization(&given) == E_NOTIMPL && provider->SetSerialization(nullptr) == E_NOTIMPL);
  const auto tile = tileAt(provider.get(), 0);
  BOOL autoLogon = TRUE;
  CHECK(tile->SetSelected(&autoLogon) == S_OK && autoLogon == FALSE);
  CHECK(tile->SetDeselected() == S_OK);
  CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE response = CPGSR_RETURN_CREDENTIAL_FINISHED;
  CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION serialization{1, providerClass, 9, reinterpret_cast<byte*>(&response)};
  LPWSTR text = nullptr;
  CREDENTIAL_PROVIDER_STATUS_ICON icon = CPSI_ERROR;
  CHECK(tile->GetSerialization(&response, &serialization, &text, &icon) == S_OK);
  CHECK(response == CPGSR_NO_CREDENTIAL_NOT_FINISHED && serialization.cbSerialization == 0 && serialization.rgbSerialization == nullptr);
  CHECK(tile->ReportResult(0, 0, &text, &icon) == S_OK && text == nullptr);
  BOOL isChecked = FALSE;
  DWORD number = 0;
  CHECK(tile->SetStringValue(fieldReset, L"secret") == E_NOTIMPL && tile->GetCheckboxValue(0, &isChecked, &text) == E_NOTIMPL);
  CHECK(tile->SetCheckboxValue(0, TRUE) == E_NOTIMPL && tile->GetSubmitButtonValue(0, &number) == E_NOTIMPL);
  CHECK(tile->GetComboBoxValueCount(0, &number, &number) == E_NOTIMPL && tile->GetComboBoxValueAt(0, 0, &text) == E_NOTIMPL);
  CHECK(tile->SetComboBoxSelectedValue(0, 0) == E_NOTIMPL);
}

TEST("null pointers are refused, not followed") {
  const auto provider = configuredProvider();
  const auto tile = tileAt(provider.get(), 0);
  DWORD number = 0;
  BOOL flag = FALSE;
  CHECK(provider->GetFieldDescriptorCount(nullptr) == E_POINTER && provider->GetCredentialAt(0, nullptr) == E_POINTER);
  CHECK(provider->GetCredentialCount(nullptr, &number, &flag) == E_POINTER);
  CHECK(provider->QueryInterface(IID_IUnknown, nullptr) == E_POINTER && tile->QueryInterface(IID_IUnknown, nullptr) == E_POINTER);
  CHECK(tile->SetSelected(nullptr) == E_POINTER && tile->GetFieldState(0, nullptr, nullptr) == E_POINTER);
  CHECK(tile->GetStringValue(0, nullptr) == E_POINTER && tile->GetBitmapValue(0, nullptr) == E_POINTER);
  CHECK(tile->GetSerialization(nullptr, nullptr, nullptr, nullptr) == E_POINTER && tile->ReportResult(0, 0, nullptr, nullptr) == S_OK);
  CHECK(tile->Advise(nullptr) == S_OK && tile->UnAdvise() == S_OK && provider->Advise(nullptr, 0) == S_OK && provider->UnAdvise() == S_OK);
  const auto users = query<ICredentialProviderSetUserArray>(provider.get());
  CHECK(users && users->SetUserArray(nullptr) == S_OK);
  const auto second = query<ICredentialProviderCredential2>(tileAt(provider.get(), 0).get());
  CHECK(second && second->GetUserSid(nullptr) == E_POINTER);
}

TEST("policy decides before the machine's own settings") {
  clearSettings();
  setMachine("PortalUrl", portal);
  setMachine("ResetText", "machine");
  setMachine("UnlockText", "machine");
  setMachine("TileTitle", "");
  setPolicy("ResetText", "policy");
  auto provider = createProvider();
  provider->SetUsageScenario(CPUS_LOGON, 0);
  const auto tile = tileAt(provider.get(), 0);
  CHECK(stringOf(tile.get(), fieldReset) == "policy" && stringOf(tile.get(), fieldUnlock) == "machine");
  CHECK(stringOf(tile.get(), fieldTitle) == "Trouble signing in?");
}

TEST("every text is there in English and German, the languages the server speaks") {
  for (unsigned id = TEXT_TILE_LABEL; id <= TEXT_STATUS_DIED; ++id) {
    const std::string english = resourceText(providerModule(), id, "en-GB");
    CHECK(!english.empty());
    for (const char* language : {"de", "de-AT"}) {
      const std::string text = resourceText(providerModule(), id, language);
      CHECK_NOTE(!text.empty() && text != english, std::string(language) + " " + english);
    }
    for (const char* language : {"fr-CA", "ja-JP", "", "nonsense\\", "xx"}) CHECK_NOTE(resourceText(providerModule(), id, language) == english, language);
  }
  CHECK_NOTE(resourceText(providerModule(), TEXT_STATUS_READY, "de") == "Öffnet ein Fenster, in dem Sie nachweisen, wer Sie sind.",
             resourceText(providerModule(), TEXT_STATUS_READY, "de"));
  CHECK(resourceText(providerModule(), 4711, "de").empty());
}

TEST("2,000 sign-in screens leave no memory and no handle behind") {
  clearSettings();
  setMachine("PortalUrl", portal);
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUsers users({&alice});
  users.options = CPAO_EMPTY_CONNECTED;
  const auto memory = [] {
    PROCESS_MEMORY_COUNTERS counters{};
    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return counters.PagefileUsage;
  };
  const auto cycle = [&] {
    LogonUi screen(&users);
    screen.open();
    screen.select("");
  };
  for (int i = 0; i < 200; ++i) cycle();
  const SIZE_T before = memory();
  DWORD handlesBefore = 0;
  GetProcessHandleCount(GetCurrentProcess(), &handlesBefore);
  for (int i = 0; i < 1800; ++i) cycle();
  DWORD handlesAfter = 0;
  GetProcessHandleCount(GetCurrentProcess(), &handlesAfter);
  const SIZE_T after = memory();
  CHECK_NOTE(after < before + 1'000'000, std::to_string(before) + " -> " + std::to_string(after));
  CHECK_NOTE(handlesAfter <= handlesBefore + 5, std::to_string(handlesBefore) + " -> " + std::to_string(handlesAfter));
  CHECK(users.references == 0 && alice.references == 0 && canUnload());
}
