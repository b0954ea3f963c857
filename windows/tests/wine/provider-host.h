// What every test of the provider needs: the DLL, a registry of its own, the files beside it. LogonUI itself is in logon-ui.h.
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

// Settings under both keys and what the client noted down; emptied first.
void clearSettings();
void setState(const char* name, DWORD number);
DWORD stateNumber(const char* name);
void setPolicy(const char* name, const char* text);
void setPolicy(const char* name, DWORD number);
void setMachine(const char* name, const char* text);
void setMachine(const char* name, DWORD number);

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
// Waits until it holds, and handles the messages of this thread meanwhile as LogonUI's does.
bool eventually(const std::function<bool()>& holds, int seconds = 20);
// Handles what messages there are.
void pumpMessages();

// Loads the DLL, enters a desktop named Winlogon and runs every TEST.
int runProviderTests(int argumentCount, wchar_t** arguments);

}  // namespace keyturn::test
