#include "kiosk-start.h"

#include <algorithm>

#include "settings.h"

namespace keyturn {
namespace {

constexpr std::size_t longestAccount = 256;

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view goalName(KioskGoal goal) { return goal == KioskGoal::resetPassword ? "reset-password" : "unlock-account"; }

bool isLanguageTag(std::string_view tag) {
  if (tag.size() < 2 || tag.size() > 35 || tag.front() == '-' || tag.back() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) { return isAlphanumeric(c) || c == '-'; });
}

bool isKeyboardLayout(std::string_view name) {
  return name.size() == 8 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

std::vector<std::string> kioskArguments(const KioskStart& start) {
  std::vector<std::string> arguments{"--goal", std::string(goalName(start.goal))};
  if (isLanguageTag(start.language)) {
    arguments.emplace_back("--language");
    arguments.push_back(start.language);
  }
  if (isKeyboardLayout(start.layout)) {
    arguments.emplace_back("--layout");
    arguments.push_back(start.layout);
  }
  return arguments;
}

std::optional<KioskStart> parseKioskStart(const std::vector<std::string>& arguments, std::string_view account) {
  KioskStart start;
  bool hasGoal = false;
  if (arguments.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--goal" && !hasGoal) {
      hasGoal = true;
      if (value == goalName(KioskGoal::resetPassword)) {
        start.goal = KioskGoal::resetPassword;
      } else if (value == goalName(KioskGoal::unlockAccount)) {
        start.goal = KioskGoal::unlockAccount;
      } else {
        return std::nullopt;
      }
    } else if (arguments[i] == "--language" && start.language.empty() && isLanguageTag(value)) {
      start.language = value;
    } else if (arguments[i] == "--layout" && start.layout.empty() && isKeyboardLayout(value)) {
      start.layout = value;
    } else {
      return std::nullopt;
    }
  }
  if (!hasGoal) return std::nullopt;
  if (const std::optional<std::string> name = cleanAccountName(account, "")) start.account = *name;
  return start;
}

std::optional<std::string> cleanAccountName(std::string_view name, std::string_view computerName) {
  if (name.empty() || !isDisplayText(name, longestAccount)) return std::nullopt;
  if (name.find_first_of("\"/[]:;|=,+*?<>") != std::string_view::npos) return std::nullopt;
  const std::size_t backslash = name.find('\\');
  if (backslash != std::string_view::npos) {
    const std::string_view domain = name.substr(0, backslash);
    const std::string_view user = name.substr(backslash + 1);
    if (domain.empty() || domain == "." || equalIgnoringCase(domain, computerName)) return std::nullopt;
    // Names of the cloud ("AzureAD\\First Last"): no directory knows them.
    if (equalIgnoringCase(domain, "AzureAD") || equalIgnoringCase(domain, "MicrosoftAccount")) return std::nullopt;
    if (user.empty() || user.find('\\') != std::string_view::npos) return std::nullopt;
  }
  if (name.front() == ' ' || name.back() == ' ' || name == "." || name == "..") return std::nullopt;
  return std::string(name);
}

}  // namespace keyturn
