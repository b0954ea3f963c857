// The binary interface of the credential provider against facts written down from elsewhere: interface ids and the place of each
// method, as the header has them that mingw-w64 12 generates from its own description of the interfaces (Debian 13, package
// mingw-w64-common, credentialprovider.h). Where the compiler brings that header or the one of the Windows SDK, it is used instead
// of ours, and the same facts are held against it.
#include <windows.h>

#include <cstring>

#include "abi/credential-provider.h"
#include "check.h"

namespace {

struct Slot {
  const char* name;
  std::size_t place;
  std::size_t expected;
};

#ifdef __GNUC__
// The Itanium C++ ABI, section 2.3: the pointer to a virtual member function is one more than its offset in the table.
template <typename Method>
std::size_t placeOf(Method method) {
  std::size_t raw = 0;
  std::memcpy(&raw, &method, sizeof raw);
  return (raw - 1) / sizeof(void*);
}
#define SLOT(type, method, expected) {#type "::" #method, placeOf(&type::method), expected}

const Slot slots[] = {
    SLOT(ICredentialProvider, SetUsageScenario, 3),
    SLOT(ICredentialProvider, SetSerialization, 4),
    SLOT(ICredentialProvider, Advise, 5),
    SLOT(ICredentialProvider, UnAdvise, 6),
    SLOT(ICredentialProvider, GetFieldDescriptorCount, 7),
    SLOT(ICredentialProvider, GetFieldDescriptorAt, 8),
    SLOT(ICredentialProvider, GetCredentialCount, 9),
    SLOT(ICredentialProvider, GetCredentialAt, 10),
    SLOT(ICredentialProviderCredential, Advise, 3),
    SLOT(ICredentialProviderCredential, UnAdvise, 4),
    SLOT(ICredentialProviderCredential, SetSelected, 5),
    SLOT(ICredentialProviderCredential, SetDeselected, 6),
    SLOT(ICredentialProviderCredential, GetFieldState, 7),
    SLOT(ICredentialProviderCredential, GetStringValue, 8),
    SLOT(ICredentialProviderCredential, GetBitmapValue, 9),
    SLOT(ICredentialProviderCredential, GetCheckboxValue, 10),
    SLOT(ICredentialProviderCredential, GetSubmitButtonValue, 11),
    SLOT(ICredentialProviderCredential, GetComboBoxValueCount, 12),
    SLOT(ICredentialProviderCredential, GetComboBoxValueAt, 13),
    SLOT(ICredentialProviderCredential, SetStringValue, 14),
    SLOT(ICredentialProviderCredential, SetCheckboxValue, 15),
    SLOT(ICredentialProviderCredential, SetComboBoxSelectedValue, 16),
    SLOT(ICredentialProviderCredential, CommandLinkClicked, 17),
    SLOT(ICredentialProviderCredential, GetSerialization, 18),
    SLOT(ICredentialProviderCredential, ReportResult, 19),
    SLOT(ICredentialProviderCredential2, Advise, 3),
    SLOT(ICredentialProviderCredential2, UnAdvise, 4),
    SLOT(ICredentialProviderCredential2, SetSelected, 5),
    SLOT(ICredentialProviderCredential2, SetDeselected, 6),
    SLOT(ICredentialProviderCredential2, GetFieldState, 7),
    SLOT(ICredentialProviderCredential2, GetStringValue, 8),
    SLOT(ICredentialProviderCredential2, GetBitmapValue, 9),
    SLOT(ICredentialProviderCredential2, GetCheckboxValue, 10),
    SLOT(ICredentialProviderCredential2, GetSubmitButtonValue, 11),
    SLOT(ICredentialProviderCredential2, GetComboBoxValueCount, 12),
    SLOT(ICredentialProviderCredential2, GetComboBoxValueAt, 13),
    SLOT(ICredentialProviderCredential2, SetStringValue, 14),
    SLOT(ICredentialProviderCredential2, SetCheckboxValue, 15),
    SLOT(ICredentialProviderCredential2, SetComboBoxSelectedValue, 16),
    SLOT(ICredentialProviderCredential2, CommandLinkClicked, 17),
    SLOT(ICredentialProviderCredential2, GetSerialization, 18),
    SLOT(ICredentialProviderCredential2, ReportResult, 19),
    SLOT(ICredentialProviderCredential2, GetUserSid, 20),
    SLOT(ICredentialProviderCredentialEvents, SetFieldState, 3),
    SLOT(ICredentialProviderCredentialEvents, SetFieldInteractiveState, 4),
    SLOT(ICredentialProviderCredentialEvents, SetFieldString, 5),
    SLOT(ICredentialProviderCredentialEvents, SetFieldCheckbox, 6),
    SLOT(ICredentialProviderCredentialEvents, SetFieldBitmap, 7),
    SLOT(ICredentialProviderCredentialEvents, SetFieldComboBoxSelectedItem, 8),
    SLOT(ICredentialProviderCredentialEvents, DeleteFieldComboBoxItem, 9),
    SLOT(ICredentialProviderCredentialEvents, AppendFieldComboBoxItem, 10),
    SLOT(ICredentialProviderCredentialEvents, SetFieldSubmitButton, 11),
    SLOT(ICredentialProviderCredentialEvents, OnCreatingWindow, 12),
    SLOT(ICredentialProviderEvents, CredentialsChanged, 3),
    SLOT(ICredentialProviderUser, GetSid, 3),
    SLOT(ICredentialProviderUser, GetProviderID, 4),
    SLOT(ICredentialProviderUser, GetStringValue, 5),
    SLOT(ICredentialProviderUser, GetValue, 6),
    SLOT(ICredentialProviderUserArray, SetProviderFilter, 3),
    SLOT(ICredentialProviderUserArray, GetAccountOptions, 4),
    SLOT(ICredentialProviderUserArray, GetCount, 5),
    SLOT(ICredentialProviderUserArray, GetAt, 6),
    SLOT(ICredentialProviderSetUserArray, SetUserArray, 3),
};
#endif

}  // namespace

#ifdef __GNUC__
TEST("each method of the interfaces has its place") {
  for (const Slot& slot : slots) CHECK_NOTE(slot.place == slot.expected, slot.name);
}
#endif

TEST("each interface has its id") {
  const struct {
    GUID id;
    const wchar_t* expected;
  } interfaces[] = {
      {__uuidof(ICredentialProvider), L"{D27C3481-5A1C-45B2-8AAA-C20EBBE8229E}"},
      {__uuidof(ICredentialProviderCredential), L"{63913A93-40C1-481A-818D-4072FF8C70CC}"},
      {__uuidof(ICredentialProviderCredential2), L"{FD672C54-40EA-4D6E-9B49-CFB1A7507BD7}"},
      {__uuidof(ICredentialProviderCredentialEvents), L"{FA6FA76B-66B7-4B11-95F1-86171118E816}"},
      {__uuidof(ICredentialProviderEvents), L"{34201E5A-A787-41A3-A5A4-BD6DCF2A854E}"},
      {__uuidof(ICredentialProviderUser), L"{13793285-3EA6-40FD-B420-15F47DA41FBB}"},
      {__uuidof(ICredentialProviderUserArray), L"{90C119AE-0F18-4520-A1F1-114366A40FE8}"},
      {__uuidof(ICredentialProviderSetUserArray), L"{095C1484-1C0C-4388-9C6D-500E61BF84BD}"},
  };
  for (const auto& one : interfaces) {
    GUID expected = {};
    CHECK(SUCCEEDED(IIDFromString(one.expected, &expected)) && IsEqualGUID(one.id, expected));
  }
}
