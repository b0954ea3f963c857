#include "settings.h"

#include <algorithm>

#include "utf.h"

namespace keyturn {
namespace {

bool isBase64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

std::optional<std::vector<std::string>> parsePins(std::string_view text, std::size_t most) {
  std::vector<std::string> pins;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    std::string_view pin = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!pin.empty() && pin.front() == ' ') pin.remove_prefix(1);
    while (!pin.empty() && pin.back() == ' ') pin.remove_suffix(1);
    if (pin.empty()) continue;
    if (!isPin(pin) || pins.size() == most) return std::nullopt;
    pins.emplace_back(pin);
  }
  return pins;
}

bool isOneOf(std::string_view value, std::string_view choices) {
  while (true) {
    const std::size_t end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    if (end == choices.size()) return false;
    choices.remove_prefix(end + 1);
  }
}

constexpr char noneText[] = "-";

class Reader {
 public:
  Reader(ISystem& system, SettingsReading& reading) : system_(system), reading_(reading) {}

  // Hands each value that is there to `accept`, best source first, until it is taken. `accept` answers null or the reason.
  // False if a value was refused on the way.
  template <typename Accept>
  bool read(const char* name, RegistryValue::Kind kind, Accept accept) {
    bool clean = true;
    for (const RegistryScope scope : {RegistryScope::policy, RegistryScope::machine}) {
      const RegistryValue value = system_.readRegistry(scope, name);
      if (value.kind == RegistryValue::Kind::absent) continue;
      if (value.kind == RegistryValue::Kind::text && value.text.empty()) continue;  // an installer property left empty
      // A policy cannot write an empty text that counts: this is how it takes back what the installer wrote.
      if (scope == RegistryScope::policy && kind == RegistryValue::Kind::text && value.kind == kind && value.text == noneText) return clean;
      const char* reason = value.kind == kind ? accept(value) : "wrong type or too long";
      if (reason == nullptr) return clean;
      reading_.problems.push_back({name, reason});
      clean = false;
    }
    return clean;
  }

 private:
  ISystem& system_;
  SettingsReading& reading_;
};

}  // namespace

bool isPin(std::string_view text) {
  if (text.size() != 44 || text[43] != '=') return false;
  if (!std::all_of(text.begin(), text.begin() + 43, isBase64)) return false;
  // 43 characters carry 258 bits: the two that are left over must be zero, or two texts would mean one hash.
  return std::string_view("AEIMQUYcgkosw048").find(text[42]) != std::string_view::npos;
}

bool isDisplayText(std::string_view text, std::size_t longest) {
  const std::optional<std::u16string> units = utf8ToUtf16(text);
  if (!units || codePoints(text) > longest) return false;
  return std::none_of(units->begin(), units->end(), [](char16_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  });
}

bool isLogged(EventLevel level, std::string_view logLevel) {
  if (level == EventLevel::error || logLevel == "information") return true;
  return level == EventLevel::warning && logLevel == "warning";
}

SettingsReading readSettings(ISystem& system) {
  SettingsReading reading;
  Settings& settings = reading.settings;
  Reader reader(system, reading);

  for (const BooleanSetting& setting : booleanSettings)
    reader.read(setting.name, RegistryValue::Kind::number, [&](const RegistryValue& value) -> const char* {
      if (value.number > 1) return "neither 0 nor 1";
      settings.*setting.member = value.number == 1;
      return nullptr;
    });
  for (const NumberSetting& setting : numberSettings)
    reader.read(setting.name, RegistryValue::Kind::number, [&](const RegistryValue& value) -> const char* {
      if (value.number < setting.minimum || value.number > setting.maximum) return "out of range";
      settings.*setting.member = value.number;
      return nullptr;
    });
  for (const TextSetting& setting : textSettings)
    reader.read(setting.name, RegistryValue::Kind::text, [&](const RegistryValue& value) -> const char* {
      if (!isDisplayText(value.text, setting.maximumLength)) return "too long or with control characters";
      settings.*setting.member = value.text;
      return nullptr;
    });
  // Which server is spoken to, and which key it must show, is never decided by a source of lower rank because the better one
  // holds a faulty value: then there is no portal at all.
  bool clean = true;
  for (const TextSetting& setting : httpsUrlSettings)
    clean &= reader.read(setting.name, RegistryValue::Kind::text, [&](const RegistryValue& value) -> const char* {
      const std::optional<HttpsUrl> url = parseHttpsUrl(value.text);
      if (!url) return "not a plain https address";
      settings.*setting.member = formatUrl(*url);
      return nullptr;
    });
  for (const PinListSetting& setting : pinListSettings)
    clean &= reader.read(setting.name, RegistryValue::Kind::text, [&](const RegistryValue& value) -> const char* {
      std::optional<std::vector<std::string>> pins = parsePins(value.text, setting.maximumItems);
      if (!pins || value.text.size() > setting.maximumLength) return "not a list of SHA-256 hashes in base64";
      settings.*setting.member = std::move(*pins);
      return nullptr;
    });
  for (const ChoiceSetting& setting : choiceSettings)
    reader.read(setting.name, RegistryValue::Kind::text, [&](const RegistryValue& value) -> const char* {
      if (!isOneOf(value.text, setting.choices)) return "not one of the choices";
      settings.*setting.member = value.text;
      return nullptr;
    });

  if (clean && !settings.portalUrl.empty()) reading.portal = parseHttpsUrl(settings.portalUrl);
  return reading;
}

}  // namespace keyturn
