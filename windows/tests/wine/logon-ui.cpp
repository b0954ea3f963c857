#include "logon-ui.h"

#include "check.h"

namespace keyturn::test {
namespace {

// The number by which the screen knows this provider; the value means nothing to it.
constexpr UINT_PTR adviseContext = 4711;

std::string taken(LPWSTR text) {
  if (text == nullptr) return "(none)";
  std::string result = fromWide(text).value_or("(faulty)");
  CoTaskMemFree(text);
  return result;
}

bool isText(CREDENTIAL_PROVIDER_FIELD_TYPE type) { return type == CPFT_LARGE_TEXT || type == CPFT_SMALL_TEXT || type == CPFT_COMMAND_LINK; }

}  // namespace

bool enterSignInDesktop() {
  const HDESK desktop = CreateDesktopW(L"Winlogon", nullptr, nullptr, 0, GENERIC_ALL, nullptr);
  return desktop != nullptr && SetThreadDesktop(desktop);
}

// nn-credentialprovider-icredentialprovidercredentialevents2: "proper inter-thread communication methods must be used"; the
// object lives in LogonUI's apartment. nf-...-icredentialprovidercredential-unadvise: afterwards no call-backs are accepted.
void ScreenTile::expectLegal(ICredentialProviderCredential* c) {
  CHECK(GetCurrentThreadId() == thread);
  CHECK(isAdvised);
  CHECK(c == credential.get());
  ++updates;
}

HRESULT ScreenTile::SetFieldState(ICredentialProviderCredential* c, DWORD field, CREDENTIAL_PROVIDER_FIELD_STATE state) {
  expectLegal(c);
  states[field] = state;
  return S_OK;
}
HRESULT ScreenTile::SetFieldString(ICredentialProviderCredential* c, DWORD field, LPCWSTR text) {
  expectLegal(c);
  shown[field] = fromWide(text).value_or("(faulty)");
  return S_OK;
}
HRESULT ScreenTile::SetFieldInteractiveState(ICredentialProviderCredential*, DWORD, CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE) { return S_OK; }
HRESULT ScreenTile::SetFieldCheckbox(ICredentialProviderCredential*, DWORD, BOOL, LPCWSTR) { return E_INVALIDARG; }
HRESULT ScreenTile::SetFieldBitmap(ICredentialProviderCredential*, DWORD, HBITMAP) { return S_OK; }
HRESULT ScreenTile::SetFieldComboBoxSelectedItem(ICredentialProviderCredential*, DWORD, DWORD) { return E_INVALIDARG; }
HRESULT ScreenTile::DeleteFieldComboBoxItem(ICredentialProviderCredential*, DWORD, DWORD) { return E_INVALIDARG; }
HRESULT ScreenTile::AppendFieldComboBoxItem(ICredentialProviderCredential*, DWORD, LPCWSTR) { return E_INVALIDARG; }
HRESULT ScreenTile::SetFieldSubmitButton(ICredentialProviderCredential*, DWORD, DWORD) { return E_INVALIDARG; }
HRESULT ScreenTile::OnCreatingWindow(HWND* owner) {
  *owner = nullptr;
  return S_OK;
}

// nf-...-icredentialprovidercredential-advise: optional (E_NOTIMPL); who implements it adds a reference and gives it back in
// UnAdvise.
void ScreenTile::advise() {
  isAdvised = true;
  const HRESULT result = credential->Advise(this);
  CHECK(result == S_OK || result == E_NOTIMPL);
  CHECK(references == (result == S_OK ? 1 : 0));
}

void ScreenTile::unadvise() {
  const HRESULT result = credential->UnAdvise();
  CHECK(result == S_OK || result == E_NOTIMPL);
  CHECK(references == 0);
  isAdvised = false;
}

std::string ScreenTile::read(DWORD field) const {
  const auto state = states.find(field);
  const auto text = shown.find(field);
  const bool isShown = state != states.end() && (state->second == CPFS_DISPLAY_IN_SELECTED_TILE || state->second == CPFS_DISPLAY_IN_BOTH);
  return isShown && text != shown.end() ? text->second : std::string();
}

bool LogonUi::open() {
  provider_ = createProvider();
  if (!CHECK(static_cast<bool>(provider_))) return false;
  // nf-...-setusagescenario: E_NOTIMPL for a scenario that is not supported. Then nothing else is asked.
  const HRESULT served = provider_->SetUsageScenario(scenario_, 0);
  if (served != S_OK) {
    CHECK(served == E_NOTIMPL);
    provider_ = {};
    return false;
  }
  // nf-...-setuserarray: "called by the system during the initialization of a logon or credential UI"; only a provider with this
  // interface is a V2 one whose credentials are grouped by user.
  setUsers(users_);
  advise();
  // nf-...-getfielddescriptorcount and -getfielddescriptorat, before any credential is read.
  DWORD count = 0;
  CHECK(provider_->GetFieldDescriptorCount(&count) == S_OK);
  for (DWORD i = 0; i < count; ++i) {
    CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR* descriptor = nullptr;
    if (!CHECK(provider_->GetFieldDescriptorAt(i, &descriptor) == S_OK && descriptor != nullptr)) continue;
    CHECK(fields_.count(descriptor->dwFieldID) == 0);
    CHECK(descriptor->cpft > CPFT_INVALID && descriptor->cpft <= CPFT_SUBMIT_BUTTON);
    fields_[descriptor->dwFieldID] = descriptor->cpft;
    CoTaskMemFree(descriptor->pszLabel);
    CoTaskMemFree(descriptor);
  }
  enumerate();
  return true;
}

void LogonUi::setUsers(FakeUsers* users) {
  users_ = users;
  const auto grouping = query<ICredentialProviderSetUserArray>(provider_.get());
  isGrouping_ = static_cast<bool>(grouping) && users != nullptr;
  if (isGrouping_) CHECK(grouping->SetUserArray(users) == S_OK);
}

// nf-...-icredentialprovider-advise: the same rule of references as for a credential.
void LogonUi::advise() {
  isAdvised_ = true;
  const HRESULT result = provider_->Advise(this, adviseContext);
  CHECK(result == S_OK || result == E_NOTIMPL);
  CHECK(references == (result == S_OK ? 1 : 0));
}

void LogonUi::unadvise() {
  const HRESULT result = provider_->UnAdvise();
  CHECK(result == S_OK || result == E_NOTIMPL);
  CHECK(references == 0);
  isAdvised_ = false;
}

void LogonUi::leaveAndReturn() {
  dropTiles();
  unadvise();
  advise();
  enumerate();
}

// nf-...-credentialschanged: the context is the one of Advise. Asynchronous: the enumeration comes with the next messages.
HRESULT LogonUi::CredentialsChanged(UINT_PTR context) {
  CHECK(context == adviseContext && isAdvised_);
  CHECK(GetCurrentThreadId() == thread_);
  enumerate();
  return S_OK;
}

void LogonUi::enumerate() {
  dropTiles();
  ++enumerations_;
  // nf-...-getcredentialcount: no default of its own, and never an automatic attempt: this provider signs nobody in.
  DWORD count = 999;
  DWORD defaultIndex = 0;
  BOOL autoLogon = TRUE;
  CHECK(provider_->GetCredentialCount(&count, &defaultIndex, &autoLogon) == S_OK);
  CHECK(defaultIndex == CREDENTIAL_PROVIDER_NO_DEFAULT && autoLogon == FALSE);
  for (DWORD i = 0; i < count; ++i) {
    ComPointer<ICredentialProviderCredential> credential;
    if (!CHECK(provider_->GetCredentialAt(i, credential.out()) == S_OK && credential)) continue;
    std::unique_ptr<ScreenTile> tile = place(std::move(credential));
    if (tile == nullptr) continue;
    // nf-...-icredentialprovidercredential-advise: "should be called before other methods".
    tile->advise();
    readFields(*tile);
    tiles_.push_back(std::move(tile));
  }
}

// Where the screen puts a credential; nothing for one it drops.
std::unique_ptr<ScreenTile> LogonUi::place(ComPointer<ICredentialProviderCredential> credential) {
  auto tile = std::make_unique<ScreenTile>();
  tile->credential = std::move(credential);
  const auto second = query<ICredentialProviderCredential2>(tile->credential.get());
  if (!isGrouping_) return tile;
  // nn-...-icredentialprovidercredential2: "required for creating a V2 credential provider". One credential without it is not
  // grouped at all: neither below a user nor below "Other user".
  if (!CHECK(static_cast<bool>(second))) return nullptr;
  LPWSTR text = nullptr;
  const HRESULT result = second->GetUserSid(&text);
  if (result == S_FALSE) {
    // nf-...-getusersid: "To associate the credential with the 'Other user' user tile [...] return S_FALSE and a null SID".
    CHECK(text == nullptr);
    // ne-...-credential_provider_account_options: NONE = "Do not return a credential to associate with the 'Other user' tile".
    CHECK(users_->options != CPAO_NONE || users_->users.empty());
    tile->place = ScreenTile::Place::otherUser;
    return tile;
  }
  if (!CHECK(result == S_OK && text != nullptr)) return nullptr;
  tile->sid = taken(text);
  tile->place = ScreenTile::Place::user;
  // nn-...-icredentialprovidercredential2: valid is the SID of "one of the users currently enumerated by the Logon UI".
  bool isListed = false;
  for (const FakeUser* user : users_->users) isListed = isListed || (!user->fails && user->sid == tile->sid);
  CHECK(isListed);
  return tile;
}

void LogonUi::readFields(ScreenTile& tile) {
  for (const auto& [field, type] : fields_) {
    CREDENTIAL_PROVIDER_FIELD_STATE state = CPFS_HIDDEN;
    CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE interactive = CPFIS_NONE;
    CHECK(tile.credential->GetFieldState(field, &state, &interactive) == S_OK);
    CHECK(state >= CPFS_HIDDEN && state <= CPFS_DISPLAY_IN_BOTH && interactive >= CPFIS_NONE && interactive <= CPFIS_FOCUSED);
    tile.states[field] = state;
    if (isText(type)) {
      LPWSTR text = nullptr;
      CHECK(tile.credential->GetStringValue(field, &text) == S_OK && text != nullptr);
      tile.shown[field] = taken(text);
    } else if (type == CPFT_TILE_IMAGE) {
      HBITMAP bitmap = nullptr;
      CHECK(tile.credential->GetBitmapValue(field, &bitmap) == S_OK && bitmap != nullptr);
      DeleteObject(bitmap);  // nf-...-getbitmapvalue: the caller's from here on
    } else {
      CHECK(!"a field that a tile without sign-in has no use for");
    }
  }
}

ScreenTile* LogonUi::under(const std::string& sid) const {
  for (const auto& tile : tiles_)
    if (sid.empty() ? tile->place != ScreenTile::Place::user : tile->sid == sid) return tile.get();
  return nullptr;
}

// nf-...-setselected: called when a credential is selected; it must not ask for an automatic attempt here either.
ScreenTile* LogonUi::select(const std::string& sid) {
  if (selected_ != nullptr) CHECK(SUCCEEDED(selected_->credential->SetDeselected()));
  selected_ = under(sid);
  if (selected_ == nullptr) return nullptr;
  BOOL autoLogon = TRUE;
  CHECK(selected_->credential->SetSelected(&autoLogon) == S_OK && autoLogon == FALSE);
  return selected_;
}

HRESULT LogonUi::click(DWORD field) {
  if (!CHECK(selected_ != nullptr)) return E_UNEXPECTED;
  // A person clicks what is shown.
  if (!CHECK(!selected_->read(field).empty())) return E_UNEXPECTED;
  return selected_->credential->CommandLinkClicked(field);
}

void LogonUi::dropTiles() {
  selected_ = nullptr;
  for (const auto& tile : tiles_)
    if (tile->isAdvised) tile->unadvise();
  tiles_.clear();
}

void LogonUi::close() {
  if (!provider_) return;
  dropTiles();
  if (isAdvised_) unadvise();
  provider_ = {};
}

}  // namespace keyturn::test
