#include "provider.h"

#include "background.h"
#include "log.h"
#include "start-brake.h"

namespace keyturn {
namespace {

// PKEY_Identity_QualifiedUserName of propkey.h: DOMAIN\user.
constexpr PROPERTYKEY qualifiedUserName = {{0xda520e51, 0xf4e9, 0x4739, {0xac, 0x82, 0x02, 0xe0, 0xa9, 0x5c, 0x90, 0x30}}, 100};

// More users than any sign-in screen lists.
constexpr DWORD mostUsers = 256;

std::string takeText(LPWSTR text) {
  if (text == nullptr) return {};
  struct Free {
    LPWSTR text;
    ~Free() { CoTaskMemFree(text); }
  } const owned{text};
  return fromWide(text).value_or(std::string());
}

}  // namespace

Provider::~Provider() {
  endThisScreen();
  link_->close();
  if (context_) context_->runner->stop();
}

HRESULT Provider::QueryInterface(REFIID id, void** object) noexcept {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (IsEqualIID(id, IID_IUnknown) || IsEqualIID(id, __uuidof(ICredentialProvider))) {
    *object = static_cast<ICredentialProvider*>(this);
  } else if (IsEqualIID(id, __uuidof(ICredentialProviderSetUserArray))) {
    *object = static_cast<ICredentialProviderSetUserArray*>(this);
  } else {
    return E_NOINTERFACE;
  }
  AddRef();
  return S_OK;
}

HRESULT Provider::SetUsageScenario(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario, DWORD) noexcept {
  return guarded([&]() -> HRESULT {
    switch (scenario) {
      case CPUS_LOGON:
      case CPUS_UNLOCK_WORKSTATION:
        configure();
        return S_OK;
      case CPUS_CHANGE_PASSWORD:
      case CPUS_CREDUI:
      case CPUS_PLAP:
        return E_NOTIMPL;
      default:
        return E_INVALIDARG;
    }
  });
}

// Settings are read anew for each sign-in screen: a changed policy needs no restart.
void Provider::configure() {
  auto context = std::make_shared<ProviderContext>();
  context->system = system_;
  context->module = module_;
  context->reading = readSettings(*system_);
  context->language = system_->uiLanguage();
  context->link = link_;
  context->runner = context_ ? context_->runner : std::make_shared<KioskRunner>(system_, module_, link_);
  context_ = std::move(context);
  tiles_.clear();
  tilesAreCurrent_ = false;
  beginThisScreen();
  logProblems();
}

void Provider::beginThisScreen() {
  if (isCounted_ || !context_ || !context_->reading.settings.enabled) return;
  isWithheld_ = !beginScreen(*system_);
  isCounted_ = !isWithheld_;
}

void Provider::endThisScreen() noexcept {
  if (!isCounted_) return;
  isCounted_ = false;
  guarded([&] {
    endScreen(*system_);
    return S_OK;
  });
}

// What is wrong with the settings, once and not on each sign-in screen again; on a thread of its own, because the event log is a
// service that may be slow to answer, or not yet there.
void Provider::logProblems() {
  using Event = std::pair<EventId, std::vector<std::string>>;
  std::vector<Event> events;
  const SettingsReading& reading = context_->reading;
  for (const SettingProblem& problem : reading.problems) events.push_back({EventId::settingRefused, {problem.name, problem.reason}});
  if (reading.settings.enabled && !reading.portal) events.push_back({EventId::notConfigured, {}});
  if (isWithheld_) events.push_back({EventId::tileWithheld, {}});

  // FNV-1a, to see a change and nothing more. Zero stands for "nothing was wrong".
  std::uint32_t print = 0;
  const auto add = [&](std::string_view text) {
    if (print == 0) print = 2166136261u;
    for (const char c : text) print = (print ^ static_cast<unsigned char>(c)) * 16777619u;
    print = (print ^ 0xFF) * 16777619u;
  };
  for (const Event& event : events) {
    add(std::to_string(static_cast<std::uint32_t>(event.first)));
    for (const std::string& value : event.second) add(value);
  }
  const RegistryValue before = system_->readRegistry(RegistryScope::state, "LoggedProblems");
  if ((before.kind == RegistryValue::Kind::number ? before.number : 0) == print) return;
  system_->writeState("LoggedProblems", print);
  if (events.empty()) return;
  runInBackground(module_, [system = system_, settings = reading.settings, events]() noexcept {
    for (const Event& event : events) logEvent(*system, settings, event.first, event.second);
  });
}

// Nothing is ever signed in here, so a serialised credential has nowhere to go.
HRESULT Provider::SetSerialization(const CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION*) noexcept { return E_NOTIMPL; }

HRESULT Provider::Advise(ICredentialProviderEvents* events, UINT_PTR context) noexcept {
  return guarded([&] {
    link_->open(events, context);
    beginThisScreen();
    return S_OK;
  });
}

HRESULT Provider::UnAdvise() noexcept {
  return guarded([&] {
    endThisScreen();
    link_->close();
    // The sign-in screen goes away: so does the window on it.
    if (context_) context_->runner->stop();
    return S_OK;
  });
}

HRESULT Provider::GetFieldDescriptorCount(DWORD* count) noexcept {
  if (count == nullptr) return E_POINTER;
  *count = fieldCount;
  return S_OK;
}

HRESULT Provider::GetFieldDescriptorAt(DWORD index, CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR** descriptor) noexcept {
  if (descriptor == nullptr) return E_POINTER;
  *descriptor = nullptr;
  if (index >= fieldCount) return E_INVALIDARG;
  if (!context_) return E_UNEXPECTED;
  return guarded([&]() -> HRESULT {
    LPWSTR label = nullptr;
    const HRESULT copied = copyOut(context_->text(index), &label);
    if (FAILED(copied)) return copied;
    auto* memory = static_cast<CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR*>(CoTaskMemAlloc(sizeof(CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR)));
    if (memory == nullptr) {
      CoTaskMemFree(label);
      return E_OUTOFMEMORY;
    }
    const FieldDefinition& definition = fieldDefinition(index);
    *memory = {index, definition.type, label, definition.kind};
    *descriptor = memory;
    return S_OK;
  });
}

HRESULT Provider::SetUserArray(ICredentialProviderUserArray* users) noexcept {
  return guarded([&] {
    isGrouped_ = true;
    users_ = ComPointer<ICredentialProviderUserArray>(users);
    tilesAreCurrent_ = false;
    return S_OK;
  });
}

void Provider::addUserTile(ICredentialProviderUser* user) {
  LPWSTR text = nullptr;
  if (FAILED(user->GetSid(&text))) return;
  const std::string sid = takeText(text);
  if (sid.empty()) return;
  std::string account;
  if (context_->reading.settings.prefillUser) {
    text = nullptr;
    if (SUCCEEDED(user->GetStringValue(qualifiedUserName, &text)))
      account = cleanAccountName(takeText(text), system_->computerName()).value_or(std::string());
  }
  tiles_.push_back(ComPointer<Credential>::adopt(new Credential(context_, isGrouped_, sid, account)));
}

void Provider::createTiles() {
  tiles_.clear();
  tilesAreCurrent_ = true;
  if (!context_) return;
  // Nothing to offer, no tile: one that only says so would stand on every screen until the policy comes.
  if (isWithheld_ || !context_->reading.isConfigured() || !context_->isAllowedInSession()) return;

  bool hasEmptyUser = true;
  if (users_) {
    DWORD count = 0;
    if (SUCCEEDED(users_->GetCount(&count))) {
      for (DWORD i = 0; i < count && i < mostUsers; ++i) {
        ComPointer<ICredentialProviderUser> user;
        if (SUCCEEDED(users_->GetAt(i, user.out())) && user) addUserTile(user.get());
      }
    }
    CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS options = CPAO_NONE;
    hasEmptyUser = FAILED(users_->GetAccountOptions(&options)) || options != CPAO_NONE;
  }
  // For the place where a name is typed ("Other user"), and wherever no user is listed.
  if (tiles_.empty() || hasEmptyUser) tiles_.push_back(ComPointer<Credential>::adopt(new Credential(context_, isGrouped_, {}, {})));
}

HRESULT Provider::GetCredentialCount(DWORD* count, DWORD* defaultIndex, BOOL* autoLogonWithDefault) noexcept {
  if (count == nullptr || defaultIndex == nullptr || autoLogonWithDefault == nullptr) return E_POINTER;
  *count = 0;
  *defaultIndex = CREDENTIAL_PROVIDER_NO_DEFAULT;
  *autoLogonWithDefault = FALSE;
  return guarded([&] {
    if (!tilesAreCurrent_) createTiles();
    *count = static_cast<DWORD>(tiles_.size());
    return S_OK;
  });
}

HRESULT Provider::GetCredentialAt(DWORD index, ICredentialProviderCredential** credential) noexcept {
  if (credential == nullptr) return E_POINTER;
  *credential = nullptr;
  return guarded([&]() -> HRESULT {
    if (!tilesAreCurrent_) createTiles();
    if (index >= tiles_.size()) return E_INVALIDARG;
    return tiles_[index]->QueryInterface(__uuidof(ICredentialProviderCredential), reinterpret_cast<void**>(credential));
  });
}

}  // namespace keyturn
