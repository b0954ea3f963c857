// Generated from settings/settings.json by settings/generate.ts: do not edit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace keyturn {

inline constexpr char policyKey[] = "SOFTWARE\\Policies\\Keyturn\\Logon";
inline constexpr char machineKey[] = "SOFTWARE\\Keyturn\\Logon";

struct Settings {
  bool enabled = true;
  std::string portalUrl;
  bool showReset = true;
  bool showUnlock = true;
  bool showInRemoteSessions = false;
  std::string tileTitle;
  std::string resetText;
  std::string unlockText;
  std::string offlineMessage;
  std::string helpDeskText;
  std::string awayMessage;
  std::vector<std::string> certificatePins;
  bool prefillUser = false;
  std::string kioskIdentity = "service-account";
  std::uint32_t preflightTimeoutSeconds = 4;
  std::uint32_t requestTimeoutSeconds = 30;
  std::uint32_t idleTimeoutSeconds = 180;
  std::uint32_t sessionLimitSeconds = 1800;
  std::string logLevel = "information";
};

struct BooleanSetting {
  const char* name;
  bool Settings::*member;
};
struct NumberSetting {
  const char* name;
  std::uint32_t Settings::*member;
  std::uint32_t minimum;
  std::uint32_t maximum;
};
struct TextSetting {
  const char* name;
  std::string Settings::*member;
  std::uint32_t maximumLength;
};
struct PinListSetting {
  const char* name;
  std::vector<std::string> Settings::*member;
  std::uint32_t maximumItems;
  std::uint32_t maximumLength;
};
struct ChoiceSetting {
  const char* name;
  std::string Settings::*member;
  const char* choices;  // separated by |
};

inline constexpr BooleanSetting booleanSettings[] = {
    {"Enabled", &Settings::enabled},
    {"ShowReset", &Settings::showReset},
    {"ShowUnlock", &Settings::showUnlock},
    {"ShowInRemoteSessions", &Settings::showInRemoteSessions},
    {"PrefillUser", &Settings::prefillUser},
};

inline constexpr NumberSetting numberSettings[] = {
    {"PreflightTimeoutSeconds", &Settings::preflightTimeoutSeconds, 1, 15},
    {"RequestTimeoutSeconds", &Settings::requestTimeoutSeconds, 5, 120},
    {"IdleTimeoutSeconds", &Settings::idleTimeoutSeconds, 30, 3600},
    {"SessionLimitSeconds", &Settings::sessionLimitSeconds, 120, 7200},
};

inline constexpr TextSetting textSettings[] = {
    {"TileTitle", &Settings::tileTitle, 64},
    {"ResetText", &Settings::resetText, 64},
    {"UnlockText", &Settings::unlockText, 64},
    {"OfflineMessage", &Settings::offlineMessage, 512},
    {"HelpDeskText", &Settings::helpDeskText, 512},
    {"AwayMessage", &Settings::awayMessage, 512},
};

inline constexpr TextSetting httpsUrlSettings[] = {
    {"PortalUrl", &Settings::portalUrl, 512},
};

inline constexpr PinListSetting pinListSettings[] = {
    {"CertificatePins", &Settings::certificatePins, 8, 368},
};

inline constexpr ChoiceSetting choiceSettings[] = {
    {"KioskIdentity", &Settings::kioskIdentity, "service-account|local-service"},
    {"LogLevel", &Settings::logLevel, "error|warning|information"},
};

}  // namespace keyturn
