// The links of the provider that ships. In wine every process is an administrator, so it must refuse to open the window.
#include <memory>

#include "check.h"
#include "fields.h"
#include "logon-ui.h"
#include "provider-host.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

struct CloseService {
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, CloseService>;

DWORD stateOf(SC_HANDLE service) {
  SERVICE_STATUS status{};
  QueryServiceStatus(service, &status);
  return status.dwCurrentState;
}

// Clicks a link and answers whether the tile then says that the window could not be opened, and why.
bool isRefused(const std::string& reason) {
  removeBesideModule("kiosk-report.txt");
  FakeUsers users;
  users.options = CPAO_EMPTY_LOCAL;
  bool refused = false;
  {
    LogonUi screen(&users);
    screen.open();
    ScreenTile* const tile = screen.select("");
    if (!CHECK(tile != nullptr)) return false;
    CHECK(screen.click(fieldReset) == S_OK);
    refused = eventually([&] { return tile->read(fieldStatus).find("could not be opened (" + reason) != std::string::npos; });
  }
  CHECK(eventually(canUnload));
  return refused && kioskReport(0).empty();
}

}  // namespace

TEST("without the service whose account it runs under, the window does not open") {
  clearSettings();
  setMachine("PortalUrl", "https://reset.example.com/");
  CHECK(isRefused("account 0x00000424"));  // ERROR_SERVICE_DOES_NOT_EXIST
}

TEST("with an account whose logon fails, the window does not open") {
  clearSettings();
  setMachine("PortalUrl", "https://reset.example.com/");
  setMachine("KioskIdentity", "local-service");
  CHECK(isRefused("restriction"));
}

TEST("the service starts on demand; its token has administrator rights here, so the window does not open") {
  clearSettings();
  setMachine("PortalUrl", "https://reset.example.com/");
  const ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, SC_MANAGER_ALL_ACCESS));
  const std::wstring program = L"\"" + toWide(moduleFolder()).value() + L"\\KeyturnLogonHost.exe\"";
  const ServiceHandle service(CreateServiceW(manager.get(), L"KeyturnLogonHost", L"Keyturn", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, program.c_str(), nullptr, nullptr, nullptr, nullptr,
                                             nullptr));
  CHECK(static_cast<bool>(service) && stateOf(service.get()) == SERVICE_STOPPED);
  CHECK(isRefused("identity"));
  CHECK(stateOf(service.get()) == SERVICE_RUNNING);
  SERVICE_STATUS status{};
  CHECK(ControlService(service.get(), SERVICE_CONTROL_STOP, &status) != FALSE);
  CHECK(eventually([&] { return stateOf(service.get()) == SERVICE_STOPPED; }));
  DeleteService(service.get());
}
