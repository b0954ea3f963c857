// What the provider tells the kiosk when it starts it. The goal and the language are words of a closed set on the command
// line; the user name, which is data from elsewhere, goes through the environment: a command line is logged by Windows
// (event 4688) and split by rules that differ from program to program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keyturn {

enum class KioskGoal { resetPassword, unlockAccount };

// The name of the goal in the journey API.
std::string_view goalName(KioskGoal goal);

struct KioskStart {
  KioskGoal goal = KioskGoal::resetPassword;
  std::string language;  // BCP 47 tag, empty = the kiosk decides
  std::string account;   // empty = ask
  std::string layout;    // keyboard of the sign-in screen, for example "00000407"; empty = what Windows gives
};

inline constexpr char accountVariable[] = "KEYTURN_ACCOUNT";
// The number of the one inherited handle: an event to set when the window is up.
inline constexpr char windowUpVariable[] = "KEYTURN_WINDOW_UP";
inline constexpr char kioskFileName[] = "KeyturnKiosk.exe";
inline constexpr char kioskWindowClass[] = "KeyturnKiosk";

// Arguments behind the program name, for buildCommandLine.
std::vector<std::string> kioskArguments(const KioskStart& start);

// Reads arguments and the environment variable back. Nothing for any unknown, doubled or missing argument.
// An account that `cleanAccountName` refuses is left out.
std::optional<KioskStart> parseKioskStart(const std::vector<std::string>& arguments, std::string_view accountVariableValue);

// A language tag of letters, digits and hyphens, at most 35 characters (RFC 5646 section 4.4.1).
bool isLanguageTag(std::string_view tag);

// Whether a text is an input locale identifier: eight hexadecimal digits.
bool isKeyboardLayout(std::string_view name);

// The name to hand on for a user the sign-in screen selected, as DOMAIN\name, name@domain or name. Nothing for a local account
// of this machine (its domain is `computerName`, "." or empty before the backslash), for accounts of the cloud (AzureAD,
// MicrosoftAccount), for control characters, and for
// characters no sign-in name has ("/[]:;|=,+*?<> , see sAMAccountName in MS-ADTS 3.1.1.6) or names longer than 256 code points.
std::optional<std::string> cleanAccountName(std::string_view qualifiedName, std::string_view computerName);

}  // namespace keyturn
