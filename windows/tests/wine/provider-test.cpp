// What holds for the provider that ships and for the one with the test system alike.
#include <windows.h>

#include <psapi.h>

#include "check.h"
#include "class-ids.h"
#include "events.h"
#include "fields.h"
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

TEST("the module gives out its two classes and nothing else") {
  void* object = &object;
  const GUID other = {0x12345678, 0, 0, {0, 0, 0, 0, 0, 0, 0, 1}};
  CHECK(getClassObject()(other, IID_IClassFactory, &object) == CLASS_E_CLASSNOTAVAILABLE && object == nullptr);
  CHECK(getClassObject()(providerClass, IID_IClassFactory, nullptr) == E_POINTER);
  CHECK(getClassObject()(providerClass, __uuidof(ICredentialProvider), &object) == E_NOINTERFACE);
  CHECK(createProvider() && createFilter());
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

TEST("only the sign-in and the lock screen are served") {
  clearSettings();
  setMachine("PortalUrl", portal);
  const auto provider = createProvider();
  for (const auto scenario : {CPUS_CHANGE_PASSWORD, CPUS_CREDUI, CPUS_PLAP}) {
    CHECK(provider->SetUsageScenario(scenario, 0) == E_NOTIMPL);
    CHECK(tileCount(provider.get()) == 0);
  }
  CHECK(provider->SetUsageScenario(CPUS_INVALID, 0) == E_INVALIDARG);
  CHECK(provider->SetUsageScenario(static_cast<CREDENTIAL_PROVIDER_USAGE_SCENARIO>(7), 0) == E_INVALIDARG);
  CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR* descriptor = nullptr;
  CHECK(provider->GetFieldDescriptorAt(0, &descriptor) == E_UNEXPECTED);
  for (const auto scenario : {CPUS_LOGON, CPUS_UNLOCK_WORKSTATION}) {
    CHECK(provider->SetUsageScenario(scenario, 0) == S_OK);
    CHECK(tileCount(provider.get()) == 1);
  }
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
}

TEST("each listed user gets a tile that belongs to that user") {
  const auto provider = configuredProvider();
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUser bob("S-1-5-21-1-2-3-1002", "CORP\\bob");
  FakeUsers users({&alice, &bob});
  {
    CHECK(query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(&users) == S_OK);
    CHECK(tileCount(provider.get()) == 2);
    for (DWORD i = 0; i < 2; ++i) {
      const auto tile = query<ICredentialProviderCredential2>(tileAt(provider.get(), i).get());
      CHECK(static_cast<bool>(tile));
      LPWSTR sid = nullptr;
      CHECK(tile && tile->GetUserSid(&sid) == S_OK && sid != nullptr && fromWide(sid) == users.users[i]->sid);
      CoTaskMemFree(sid);
    }
  }
  CHECK(alice.references == 0 && bob.references == 0);
  // "Other user": one more tile, and that one belongs to nobody.
  users.options = CPAO_EMPTY_LOCAL;
  query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(&users);
  CHECK(tileCount(provider.get()) == 3);
  CHECK(!query<ICredentialProviderCredential2>(tileAt(provider.get(), 2).get()));
  query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(nullptr);
  CHECK(users.references == 0);
  CHECK(tileCount(provider.get()) == 1 && !query<ICredentialProviderCredential2>(tileAt(provider.get(), 0).get()));
}

TEST("users that cannot be read are left out") {
  const auto provider = configuredProvider();
  FakeUser broken("S-1-5-21-1", "CORP\\x");
  FakeUser nameless("", "CORP\\y");
  broken.fails = true;
  FakeUsers users({&broken, &nameless});
  users.claimedCount = 4'000'000'000;
  query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(&users);
  CHECK(tileCount(provider.get()) == 1);
  CHECK(!query<ICredentialProviderCredential2>(tileAt(provider.get(), 0).get()));
  query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(nullptr);
  CHECK(users.references == 0 && broken.references == 0 && nameless.references == 0);
}

TEST("without a usable portal the links are hidden, dead, and the tile says so") {
  const char* const hostile[] = {nullptr,
                                 "",
                                 "http://reset.example.com/",
                                 "https://user@reset.example.com/",
                                 "https://reset.example.com/\" --remote-debugging-port=1",
                                 "file:///C:/Windows/System32/cmd.exe",
                                 "javascript:alert(1)",
                                 "https:///",
                                 "https://reset.example.com/?next=//evil.example",
                                 "https://reset.example.com\\@evil.example/",
                                 "\\\\evil.example\\share\\x.exe",
                                 "C:\\Windows\\System32\\cmd.exe"};
  for (const char* url : hostile) {
    clearSettings();
    setMachine("HelpDeskText", "Call 1234.");
    if (url != nullptr) setPolicy("PortalUrl", url);
    const auto provider = createProvider();
    CHECK(provider->SetUsageScenario(CPUS_LOGON, 0) == S_OK && tileCount(provider.get()) == 1);
    const auto tile = tileAt(provider.get(), 0);
    const std::string note = url == nullptr ? "(none)" : url;
    CHECK_NOTE(stateOf(tile.get(), fieldReset) == CPFS_HIDDEN && stateOf(tile.get(), fieldUnlock) == CPFS_HIDDEN, note);
    CHECK_NOTE(tile->CommandLinkClicked(fieldReset) == E_ACCESSDENIED && tile->CommandLinkClicked(fieldUnlock) == E_ACCESSDENIED, note);
    CHECK_NOTE(stringOf(tile.get(), fieldStatus) == "Password help is not set up on this computer. Please contact your help desk. Call 1234.", note);
  }
  CHECK(kioskReport(0).empty());
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

TEST("links and tile go by policy, anew for each sign-in screen") {
  const auto provider = configuredProvider();
  setPolicy("ShowUnlock", DWORD{0});
  CHECK(provider->SetUsageScenario(CPUS_LOGON, 0) == S_OK);
  auto tile = tileAt(provider.get(), 0);
  CHECK(stateOf(tile.get(), fieldReset) == CPFS_DISPLAY_IN_SELECTED_TILE && stateOf(tile.get(), fieldUnlock) == CPFS_HIDDEN);
  CHECK(tile->CommandLinkClicked(fieldUnlock) == E_ACCESSDENIED);
  setPolicy("ShowReset", DWORD{0});
  provider->SetUsageScenario(CPUS_LOGON, 0);
  CHECK(tileCount(provider.get()) == 0);
  setPolicy("ShowReset", DWORD{1});
  setPolicy("Enabled", DWORD{0});
  provider->SetUsageScenario(CPUS_LOGON, 0);
  CHECK(tileCount(provider.get()) == 0);
}

TEST("every text is there in English, German, French and Spanish") {
  for (unsigned id = TEXT_TILE_LABEL; id <= TEXT_STATUS_FAILED; ++id) {
    const std::string english = resourceText(providerModule(), id, "en-GB");
    CHECK(!english.empty());
    for (const char* language : {"de-AT", "fr-CA", "es-MX"}) {
      const std::string text = resourceText(providerModule(), id, language);
      CHECK_NOTE(!text.empty() && text != english, std::string(language) + " " + english);
    }
    for (const char* language : {"ja-JP", "", "nonsense\\", "xx"}) CHECK_NOTE(resourceText(providerModule(), id, language) == english, language);
  }
  CHECK_NOTE(resourceText(providerModule(), TEXT_STATUS_READY, "de") == "Öffnet ein Fenster, in dem Sie nachweisen, wer Sie sind.",
             resourceText(providerModule(), TEXT_STATUS_READY, "de"));
  CHECK(resourceText(providerModule(), 4711, "de").empty());
}

TEST("every event has its message in the module") {
  for (DWORD id = 1; id <= static_cast<DWORD>(EventId::internalError); ++id) {
    DWORD message = id;
    switch (levelOf(static_cast<EventId>(id))) {
      case EventLevel::information: message |= 0x40000000; break;
      case EventLevel::warning: message |= 0x80000000; break;
      case EventLevel::error: message |= 0xC0000000; break;
    }
    wchar_t text[1024] = L"";
    const DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS, providerModule(), message,
                                        MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), text, 1024, nullptr);
    CHECK_NOTE(length > 20, std::to_string(id));
  }
}

TEST("the filter hides the password sign-in only where policy says so and another way in is left") {
  const GUID smartcard = {0x8fd7e19c, 0x3bf7, 0x489b, {0xa7, 0x2c, 0x84, 0x6a, 0xb3, 0x67, 0x8c, 0x96}};
  struct Case {
    bool policy;
    bool configured;
    std::vector<GUID> providers;
    CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario;
    BOOL expected;
  };
  const std::vector<GUID> all = {passwordProviderClass, providerClass, smartcard};
  const Case cases[] = {{false, true, all, CPUS_LOGON, TRUE},
                        {true, true, all, CPUS_LOGON, FALSE},
                        {true, true, all, CPUS_UNLOCK_WORKSTATION, FALSE},
                        {true, true, all, CPUS_CREDUI, TRUE},
                        {true, true, all, CPUS_CHANGE_PASSWORD, TRUE},
                        {true, false, all, CPUS_LOGON, TRUE},
                        {true, true, {passwordProviderClass, smartcard}, CPUS_LOGON, TRUE},
                        {true, true, {passwordProviderClass, providerClass}, CPUS_LOGON, TRUE}};
  for (const Case& one : cases) {
    clearSettings();
    if (one.configured) setMachine("PortalUrl", portal);
    setMachine("HidePasswordProvider", DWORD{1});  // of no effect: policy alone may
    if (one.policy) setPolicy("HidePasswordProvider", DWORD{1});
    const auto filter = createFilter();
    std::vector<GUID> providers = one.providers;
    std::vector<BOOL> allowed(providers.size(), TRUE);
    CHECK(filter->Filter(one.scenario, 0, providers.data(), allowed.data(), static_cast<DWORD>(providers.size())) == S_OK);
    CHECK(allowed[0] == one.expected);
    for (std::size_t i = 1; i < allowed.size(); ++i) CHECK(allowed[i] == TRUE);
  }
  // Another filter took the smart card away: then the password stays.
  GUID providers[] = {passwordProviderClass, providerClass, smartcard};
  BOOL allowed[] = {TRUE, TRUE, FALSE};
  clearSettings();
  setMachine("PortalUrl", portal);
  setPolicy("HidePasswordProvider", DWORD{1});
  CHECK(createFilter()->Filter(CPUS_LOGON, 0, providers, allowed, 3) == S_OK && allowed[0] == TRUE);
  CHECK(createFilter()->Filter(CPUS_LOGON, 0, nullptr, nullptr, 3) == S_OK);
  CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION in{};
  CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION out{};
  CHECK(createFilter()->UpdateRemoteCredential(&in, &out) == E_NOTIMPL);
}

TEST("10,000 sign-in screens leave no reference and no memory behind") {
  clearSettings();
  setMachine("PortalUrl", portal);
  FakeUser alice("S-1-5-21-1-2-3-1001", "CORP\\alice");
  FakeUsers users({&alice});
  users.options = CPAO_EMPTY_CONNECTED;
  FakeProviderEvents events;
  const auto cycle = [&] {
    const auto provider = createProvider();
    provider->SetUsageScenario(CPUS_LOGON, 0);
    query<ICredentialProviderSetUserArray>(provider.get())->SetUserArray(&users);
    provider->Advise(&events, 1);
    CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR* descriptor = nullptr;
    if (provider->GetFieldDescriptorAt(fieldReset, &descriptor) == S_OK) {
      CoTaskMemFree(descriptor->pszLabel);
      CoTaskMemFree(descriptor);
    }
    DWORD count = 0;
    DWORD defaultIndex = 0;
    BOOL autoLogon = FALSE;
    provider->GetCredentialCount(&count, &defaultIndex, &autoLogon);
    for (DWORD i = 0; i < count; ++i) {
      const auto tile = tileAt(provider.get(), i);
      stringOf(tile.get(), fieldStatus);
      HBITMAP bitmap = nullptr;
      tile->GetBitmapValue(fieldLogo, &bitmap);
      DeleteObject(bitmap);
    }
    provider->UnAdvise();
  };
  const auto memory = [] {
    PROCESS_MEMORY_COUNTERS counters{};
    GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return counters.PagefileUsage;
  };
  for (int i = 0; i < 500; ++i) cycle();
  const SIZE_T before = memory();
  DWORD handlesBefore = 0;
  GetProcessHandleCount(GetCurrentProcess(), &handlesBefore);
  for (int i = 0; i < 9500; ++i) cycle();
  DWORD handlesAfter = 0;
  GetProcessHandleCount(GetCurrentProcess(), &handlesAfter);
  const SIZE_T after = memory();
  CHECK_NOTE(after < before + 4'000'000, std::to_string(before) + " -> " + std::to_string(after));
  CHECK_NOTE(handlesAfter <= handlesBefore + 5, std::to_string(handlesBefore) + " -> " + std::to_string(handlesAfter));
  CHECK(users.references == 0 && alice.references == 0 && events.references == 0);
  CHECK(canUnload());
}
