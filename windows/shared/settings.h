// Reads the client's settings: policy before local machine before built-in default, value by value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../generated/settings.h"
#include "system.h"
#include "url.h"

namespace keyturn {

// A value that stands in the registry and was not used. It counts as absent, so the next source decides; but a refused
// PortalUrl or CertificatePins leaves the client without a portal.
struct SettingProblem {
  std::string name;
  std::string reason;  // a fixed English phrase, never the value
};

struct SettingsReading {
  Settings settings;
  std::optional<HttpsUrl> portal;  // parsed PortalUrl; absent = not configured
  std::vector<SettingProblem> problems;

  // The client has something to offer.
  bool isConfigured() const { return settings.enabled && portal && (settings.showReset || settings.showUnlock); }
};

SettingsReading readSettings(ISystem& system);

// Base64 of exactly 32 bytes: a SHA-256 hash (RFC 7469 section 2.4).
bool isPin(std::string_view text);

// Well-formed UTF-8 of at most `longest` code points without control characters and without the marks that turn the
// direction of text around (U+202A to U+202E, U+2066 to U+2069).
bool isDisplayText(std::string_view text, std::size_t longest);

// Whether an event of that level is written at that LogLevel.
bool isLogged(EventLevel level, std::string_view logLevel);

}  // namespace keyturn
