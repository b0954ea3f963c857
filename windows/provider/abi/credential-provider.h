// The credential provider interfaces of Windows 8 and later. With a Windows SDK its own header is taken; Debian's mingw-w64 has
// none, so the binary interface is declared here: interface ids, the order of the methods, the layout of two structures
// (credentialprovider.idl of the Windows SDK, as documented by Microsoft). Only what the client implements or calls is here.
#pragma once

#include <windows.h>

#include <objbase.h>
#include <propsys.h>
#include <unknwn.h>

#if __has_include(<credentialprovider.h>)
#include <credentialprovider.h>
#else

typedef enum _CREDENTIAL_PROVIDER_USAGE_SCENARIO {
  CPUS_INVALID = 0,
  CPUS_LOGON,
  CPUS_UNLOCK_WORKSTATION,
  CPUS_CHANGE_PASSWORD,
  CPUS_CREDUI,
  CPUS_PLAP
} CREDENTIAL_PROVIDER_USAGE_SCENARIO;

typedef enum _CREDENTIAL_PROVIDER_FIELD_TYPE {
  CPFT_INVALID = 0,
  CPFT_LARGE_TEXT,
  CPFT_SMALL_TEXT,
  CPFT_COMMAND_LINK,
  CPFT_EDIT_TEXT,
  CPFT_PASSWORD_TEXT,
  CPFT_TILE_IMAGE,
  CPFT_CHECKBOX,
  CPFT_COMBOBOX,
  CPFT_SUBMIT_BUTTON
} CREDENTIAL_PROVIDER_FIELD_TYPE;

typedef enum _CREDENTIAL_PROVIDER_FIELD_STATE {
  CPFS_HIDDEN = 0,
  CPFS_DISPLAY_IN_SELECTED_TILE,
  CPFS_DISPLAY_IN_DESELECTED_TILE,
  CPFS_DISPLAY_IN_BOTH
} CREDENTIAL_PROVIDER_FIELD_STATE;

typedef enum _CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE {
  CPFIS_NONE = 0,
  CPFIS_READONLY,
  CPFIS_DISABLED,
  CPFIS_FOCUSED
} CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE;

typedef enum _CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE {
  CPGSR_NO_CREDENTIAL_NOT_FINISHED = 0,
  CPGSR_NO_CREDENTIAL_FINISHED,
  CPGSR_RETURN_CREDENTIAL_FINISHED,
  CPGSR_RETURN_NO_CREDENTIAL_FINISHED
} CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE;

typedef enum _CREDENTIAL_PROVIDER_STATUS_ICON { CPSI_NONE = 0, CPSI_ERROR, CPSI_WARNING, CPSI_SUCCESS } CREDENTIAL_PROVIDER_STATUS_ICON;

typedef enum CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS {
  CPAO_NONE = 0,
  CPAO_EMPTY_LOCAL = 0x1,
  CPAO_EMPTY_CONNECTED = 0x2
} CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS;

typedef struct _CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR {
  DWORD dwFieldID;
  CREDENTIAL_PROVIDER_FIELD_TYPE cpft;
  LPWSTR pszLabel;
  GUID guidFieldType;
} CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR;

typedef struct _CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION {
  ULONG ulAuthenticationPackage;
  GUID clsidCredentialProvider;
  ULONG cbSerialization;
  byte* rgbSerialization;
} CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION;

#define CREDENTIAL_PROVIDER_NO_DEFAULT ((DWORD)-1)

// __CRT_UUID_DECL makes __uuidof work with g++, which ignores __declspec(uuid).
#define KEYTURN_INTERFACE(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  struct name;                                                             \
  __CRT_UUID_DECL(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)

struct ICredentialProviderCredentialEvents;
struct ICredentialProviderEvents;
struct ICredentialProviderUserArray;

struct ICredentialProviderCredential : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE Advise(ICredentialProviderCredentialEvents* events) = 0;
  virtual HRESULT STDMETHODCALLTYPE UnAdvise() = 0;
  virtual HRESULT STDMETHODCALLTYPE SetSelected(BOOL* autoLogon) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetDeselected() = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFieldState(DWORD field, CREDENTIAL_PROVIDER_FIELD_STATE* state,
                                                  CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE* interactiveState) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetStringValue(DWORD field, LPWSTR* text) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetBitmapValue(DWORD field, HBITMAP* bitmap) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetCheckboxValue(DWORD field, BOOL* isChecked, LPWSTR* label) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetSubmitButtonValue(DWORD field, DWORD* adjacentTo) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComboBoxValueCount(DWORD field, DWORD* items, DWORD* selectedItem) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetComboBoxValueAt(DWORD field, DWORD item, LPWSTR* text) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetStringValue(DWORD field, LPCWSTR text) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetCheckboxValue(DWORD field, BOOL isChecked) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetComboBoxSelectedValue(DWORD field, DWORD selectedItem) = 0;
  virtual HRESULT STDMETHODCALLTYPE CommandLinkClicked(DWORD field) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetSerialization(CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE* response,
                                                     CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* serialization,
                                                     LPWSTR* statusText, CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) = 0;
  virtual HRESULT STDMETHODCALLTYPE ReportResult(LONG status, LONG substatus, LPWSTR* statusText,
                                                 CREDENTIAL_PROVIDER_STATUS_ICON* statusIcon) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderCredential, 0x63913a93, 0x40c1, 0x481a, 0x81, 0x8d, 0x40, 0x72, 0xff, 0x8c, 0x70, 0xcc)

struct ICredentialProviderCredential2 : ICredentialProviderCredential {
  virtual HRESULT STDMETHODCALLTYPE GetUserSid(LPWSTR* sid) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderCredential2, 0xfd672c54, 0x40ea, 0x4d6e, 0x9b, 0x49, 0xcf, 0xb1, 0xa7, 0x50, 0x7b, 0xd7)

struct ICredentialProviderCredentialEvents : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE SetFieldState(ICredentialProviderCredential* credential, DWORD field,
                                                  CREDENTIAL_PROVIDER_FIELD_STATE state) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldInteractiveState(ICredentialProviderCredential* credential, DWORD field,
                                                             CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE state) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldString(ICredentialProviderCredential* credential, DWORD field, LPCWSTR text) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldCheckbox(ICredentialProviderCredential* credential, DWORD field, BOOL isChecked,
                                                     LPCWSTR label) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldBitmap(ICredentialProviderCredential* credential, DWORD field, HBITMAP bitmap) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldComboBoxSelectedItem(ICredentialProviderCredential* credential, DWORD field,
                                                                 DWORD selectedItem) = 0;
  virtual HRESULT STDMETHODCALLTYPE DeleteFieldComboBoxItem(ICredentialProviderCredential* credential, DWORD field, DWORD item) = 0;
  virtual HRESULT STDMETHODCALLTYPE AppendFieldComboBoxItem(ICredentialProviderCredential* credential, DWORD field,
                                                            LPCWSTR text) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetFieldSubmitButton(ICredentialProviderCredential* credential, DWORD field,
                                                         DWORD adjacentTo) = 0;
  virtual HRESULT STDMETHODCALLTYPE OnCreatingWindow(HWND* owner) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderCredentialEvents, 0xfa6fa76b, 0x66b7, 0x4b11, 0x95, 0xf1, 0x86, 0x17, 0x11, 0x18, 0xe8, 0x16)

struct ICredentialProvider : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE SetUsageScenario(CREDENTIAL_PROVIDER_USAGE_SCENARIO scenario, DWORD flags) = 0;
  virtual HRESULT STDMETHODCALLTYPE SetSerialization(const CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION* serialization) = 0;
  virtual HRESULT STDMETHODCALLTYPE Advise(ICredentialProviderEvents* events, UINT_PTR context) = 0;
  virtual HRESULT STDMETHODCALLTYPE UnAdvise() = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFieldDescriptorCount(DWORD* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetFieldDescriptorAt(DWORD index, CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR** descriptor) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetCredentialCount(DWORD* count, DWORD* defaultIndex, BOOL* autoLogonWithDefault) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetCredentialAt(DWORD index, ICredentialProviderCredential** credential) = 0;
};
KEYTURN_INTERFACE(ICredentialProvider, 0xd27c3481, 0x5a1c, 0x45b2, 0x8a, 0xaa, 0xc2, 0x0e, 0xbb, 0xe8, 0x22, 0x9e)

struct ICredentialProviderEvents : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE CredentialsChanged(UINT_PTR context) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderEvents, 0x34201e5a, 0xa787, 0x41a3, 0xa5, 0xa4, 0xbd, 0x6d, 0xcf, 0x2a, 0x85, 0x4e)

struct ICredentialProviderUser : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE GetSid(LPWSTR* sid) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetProviderID(GUID* provider) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetStringValue(REFPROPERTYKEY key, LPWSTR* text) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetValue(REFPROPERTYKEY key, PROPVARIANT* value) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderUser, 0x13793285, 0x3ea6, 0x40fd, 0xb4, 0x20, 0x15, 0xf4, 0x7d, 0xa4, 0x1f, 0xbb)

struct ICredentialProviderUserArray : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE SetProviderFilter(REFGUID provider) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAccountOptions(CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS* options) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetCount(DWORD* count) = 0;
  virtual HRESULT STDMETHODCALLTYPE GetAt(DWORD index, ICredentialProviderUser** user) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderUserArray, 0x90c119ae, 0x0f18, 0x4520, 0xa1, 0xf1, 0x11, 0x43, 0x66, 0xa4, 0x0f, 0xe8)

struct ICredentialProviderSetUserArray : IUnknown {
  virtual HRESULT STDMETHODCALLTYPE SetUserArray(ICredentialProviderUserArray* users) = 0;
};
KEYTURN_INTERFACE(ICredentialProviderSetUserArray, 0x095c1484, 0x1c0c, 0x4388, 0x9c, 0x6d, 0x50, 0x0e, 0x61, 0xbf, 0x84, 0xbd)

#undef KEYTURN_INTERFACE
#endif

// Holds for the SDK's header and for the one above: a build with the former proves the latter.
#ifdef _WIN64
static_assert(sizeof(CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR) == 32);
static_assert(offsetof(CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR, pszLabel) == 8);
static_assert(offsetof(CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR, guidFieldType) == 16);
static_assert(sizeof(CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION) == 32);
static_assert(offsetof(CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION, clsidCredentialProvider) == 4);
static_assert(offsetof(CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION, rgbSerialization) == 24);
#endif
static_assert(sizeof(CREDENTIAL_PROVIDER_USAGE_SCENARIO) == 4 && CPUS_PLAP == 5);
static_assert(CPFT_SUBMIT_BUTTON == 9 && CPFS_DISPLAY_IN_BOTH == 3 && CPFIS_FOCUSED == 3 && CPSI_SUCCESS == 3);
