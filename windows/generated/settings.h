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
  std::vector<std::string> certificatePins;
  bool prefillUser = false;
  std::string kioskIdentity = "service-account";
  bool hidePasswordProvider = false;
  std::uint32_t preflightTimeoutSeconds = 4;
  std::uint32_t requestTimeoutSeconds = 30;
  std::uint32_t idleTimeoutSeconds = 180;
  std::uint32_t sessionLimitSeconds = 1800;
  std::string logLevel = "information";
};

struct BooleanSetting {
  const char* name;
  bool policyOnly;
  bool Settings::*member;
};
struct NumberSetting {
  const char* name;
  bool policyOnly;
  std::uint32_t Settings::*member;
  std::uint32_t minimum;
  std::uint32_t maximum;
};
struct TextSetting {
  const char* name;
  bool policyOnly;
  std::string Settings::*member;
  std::uint32_t maximumLength;
};
struct PinListSetting {
  const char* name;
  bool policyOnly;
  std::vector<std::string> Settings::*member;
  std::uint32_t maximumItems;
  std::uint32_t maximumLength;
};
struct ChoiceSetting {
  const char* name;
  bool policyOnly;
  std::string Settings::*member;
  const char* choices;  // separated by |
};

inline constexpr BooleanSetting booleanSettings[] = {
    {"Enabled", false, &Settings::enabled},
    {"ShowReset", false, &Settings::showReset},
    {"ShowUnlock", false, &Settings::showUnlock},
    {"ShowInRemoteSessions", false, &Settings::showInRemoteSessions},
    {"PrefillUser", false, &Settings::prefillUser},
    {"HidePasswordProvider", true, &Settings::hidePasswordProvider},
};

inline constexpr NumberSetting numberSettings[] = {
    {"PreflightTimeoutSeconds", false, &Settings::preflightTimeoutSeconds, 1, 15},
    {"RequestTimeoutSeconds", false, &Settings::requestTimeoutSeconds, 5, 120},
    {"IdleTimeoutSeconds", false, &Settings::idleTimeoutSeconds, 30, 3600},
    {"SessionLimitSeconds", false, &Settings::sessionLimitSeconds, 120, 7200},
};

inline constexpr TextSetting textSettings[] = {
    {"TileTitle", false, &Settings::tileTitle, 64},
    {"ResetText", false, &Settings::resetText, 64},
    {"UnlockText", false, &Settings::unlockText, 64},
    {"OfflineMessage", false, &Settings::offlineMessage, 512},
    {"HelpDeskText", false, &Settings::helpDeskText, 512},
};

inline constexpr TextSetting httpsUrlSettings[] = {
    {"PortalUrl", false, &Settings::portalUrl, 512},
};

inline constexpr PinListSetting pinListSettings[] = {
    {"CertificatePins", false, &Settings::certificatePins, 8, 368},
};

inline constexpr ChoiceSetting choiceSettings[] = {
    {"KioskIdentity", false, &Settings::kioskIdentity, "service-account|local-service"},
    {"LogLevel", false, &Settings::logLevel, "error|warning|information"},
};

}  // namespace keyturn
