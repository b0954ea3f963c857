#include "check.h"
#include "fake-system.h"
#include "settings.h"

using namespace keyturn;
using keyturn::test::FakeSystem;

namespace {

constexpr RegistryScope policy = RegistryScope::policy;
constexpr RegistryScope machine = RegistryScope::machine;
constexpr char pin[] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

}  // namespace

TEST("with an empty registry there are the defaults and no portal") {
  FakeSystem system;
  const SettingsReading reading = readSettings(system);
  CHECK(!reading.isConfigured() && !reading.portal && reading.problems.empty());
  CHECK(reading.settings.enabled && reading.settings.showReset && reading.settings.showUnlock);
  CHECK(!reading.settings.prefillUser && !reading.settings.showInRemoteSessions);
  CHECK(reading.settings.preflightTimeoutSeconds == 4 && reading.settings.logLevel == "information");
}

TEST("policy comes before local machine, local machine before the default, value by value") {
  FakeSystem system;
  system.setText(machine, "PortalUrl", "https://machine.example/");
  system.setText(machine, "HelpDeskText", "Call 1");
  system.setNumber(machine, "IdleTimeoutSeconds", 60);
  system.setText(policy, "PortalUrl", "https://policy.example/");
  system.setNumber(policy, "IdleTimeoutSeconds", 90);
  const SettingsReading reading = readSettings(system);
  CHECK(reading.isConfigured() && reading.portal->host == "policy.example");
  CHECK(reading.settings.helpDeskText == "Call 1");
  CHECK(reading.settings.idleTimeoutSeconds == 90);
  CHECK(reading.settings.requestTimeoutSeconds == 30);
}

TEST("a policy empties what the installer wrote") {
  FakeSystem system;
  for (const char* name : {"PortalUrl", "HelpDeskText", "CertificatePins", "KioskIdentity"}) system.setText(policy, name, "-");
  system.setText(machine, "PortalUrl", "https://machine.example/");
  system.setText(machine, "HelpDeskText", "Call 1");
  system.setText(machine, "CertificatePins", pin);
  system.setText(machine, "KioskIdentity", "local-service");
  const SettingsReading reading = readSettings(system);
  CHECK(reading.problems.empty() && !reading.isConfigured());
  CHECK(reading.settings.helpDeskText.empty() && reading.settings.certificatePins.empty() && reading.settings.kioskIdentity == "service-account");
  // The installer's own value is a text like any other.
  FakeSystem other;
  other.setText(machine, "HelpDeskText", "-");
  CHECK(readSettings(other).settings.helpDeskText == "-");
}

TEST("an empty text is as good as none") {
  FakeSystem system;
  system.setText(policy, "PortalUrl", "");
  system.setText(machine, "PortalUrl", "https://machine.example/");
  system.setText(machine, "LogLevel", "");
  const SettingsReading reading = readSettings(system);
  CHECK(reading.isConfigured() && reading.problems.empty() && reading.settings.logLevel == "information");
}

TEST("a faulty value is named and the next source decides") {
  FakeSystem system;
  system.setText(machine, "PortalUrl", "https://machine.example/");
  system.setNumber(policy, "IdleTimeoutSeconds", 29);
  system.setNumber(machine, "IdleTimeoutSeconds", 30);
  system.setNumber(machine, "SessionLimitSeconds", 7201);
  system.setNumber(machine, "ShowReset", 2);
  system.setText(machine, "ShowUnlock", "0");
  system.setNumber(machine, "TileTitle", 1);
  system.setText(machine, "ResetText", std::string(65, 'x'));
  system.setText(machine, "UnlockText", "line\nbreak");
  system.setText(machine, "LogLevel", "warn");
  system.registry[{machine, "HelpDeskText"}].kind = RegistryValue::Kind::other;
  const SettingsReading reading = readSettings(system);
  CHECK(reading.isConfigured());
  CHECK(reading.settings.idleTimeoutSeconds == 30 && reading.settings.sessionLimitSeconds == 1800);
  CHECK(reading.settings.showReset && reading.settings.showUnlock && reading.settings.tileTitle.empty());
  CHECK(reading.settings.resetText.empty() && reading.settings.unlockText.empty() && reading.settings.logLevel == "information");
  CHECK(reading.problems.size() == 9);
  for (const SettingProblem& problem : reading.problems) CHECK_NOTE(!problem.name.empty() && !problem.reason.empty(), problem.name);
}

TEST("a faulty address or pin in the policy leaves no portal, whatever the machine says") {
  for (const char* url : {"http://policy.example/", "https://user@policy.example/", "https://policy.example/?x", "nonsense"}) {
    FakeSystem system;
    system.setText(policy, "PortalUrl", url);
    system.setText(machine, "PortalUrl", "https://machine.example/");
    CHECK_NOTE(!readSettings(system).isConfigured(), url);
  }
  for (const std::string& pins : {std::string("AAAA"), std::string(pin) + ";x", std::string(pin) + "," + pin}) {
    FakeSystem system;
    system.setText(policy, "CertificatePins", pins);
    system.setText(machine, "PortalUrl", "https://machine.example/");
    CHECK_NOTE(!readSettings(system).isConfigured(), pins);
  }
}

TEST("pins are hashes in base64, separated by semicolons") {
  FakeSystem system;
  system.setText(machine, "PortalUrl", "https://machine.example/");
  system.setText(machine, "CertificatePins", std::string(pin) + "; " + pin + ";");
  const SettingsReading reading = readSettings(system);
  CHECK(reading.isConfigured() && reading.settings.certificatePins == std::vector<std::string>({pin, pin}));
  CHECK(!isPin("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="));  // bits left over
  CHECK(!isPin("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="));  // base64url
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += std::string(pin) + ";";
  system.setText(machine, "CertificatePins", nine);
  CHECK(!readSettings(system).isConfigured());
}

TEST("with both links off or Enabled off nothing is offered") {
  FakeSystem system;
  system.setText(machine, "PortalUrl", "https://machine.example/");
  CHECK(readSettings(system).isConfigured());
  system.setNumber(policy, "Enabled", 0);
  CHECK(!readSettings(system).isConfigured());
  system.setNumber(policy, "Enabled", 1);
  system.setNumber(machine, "ShowReset", 0);
  CHECK(readSettings(system).isConfigured());
  system.setNumber(machine, "ShowUnlock", 0);
  CHECK(!readSettings(system).isConfigured());
}

TEST("texts for people hold no control characters and nothing that turns their direction") {
  CHECK(isDisplayText("Größe € \xF0\x9F\x94\x91", 10));
  CHECK(isDisplayText("", 0));
  CHECK(!isDisplayText("a\tb", 10));
  CHECK(!isDisplayText("a\x7F", 10));
  CHECK(!isDisplayText("\xE2\x80\xAE" "drow", 10));
  CHECK(!isDisplayText("\xE2\x81\xA6x", 10));
  CHECK(!isDisplayText("\xC2\x85", 10));
  CHECK(!isDisplayText("\xFF", 10));
  CHECK(isDisplayText(u8"äöü", 3) && !isDisplayText(u8"äöüß", 3));
}
