// Feeds the readers of outside text with what libFuzzer, or the small mutator in fuzz-main.cpp, comes up with, and checks what
// must hold for every input.
#include <cstdint>
#include <cstdlib>

#include "fake-system.h"
#include "fuzz-target.h"
#include "json.h"
#include "kiosk-start.h"
#include "quoting.h"
#include "settings.h"
#include "utf.h"

namespace {

using namespace keyturn;

void require(bool holds) {
  if (!holds) std::abort();
}

void url(const std::string& text) {
  const auto parsed = parseHttpsUrl(text);
  if (!parsed) return;
  const std::string written = formatUrl(*parsed);
  const auto again = parseHttpsUrl(written);
  require(again && sameOrigin(*parsed, *again) && again->path == parsed->path && formatUrl(*again) == written);
  require(written.find_first_of(" \"'\\@?#%<>") == std::string::npos && written.find("/../") == std::string::npos);
}

void json(const std::string& text) {
  const auto parsed = parseJson(text);
  if (!parsed) return;
  require(isUtf8(text));
  const std::string written = writeJson(*parsed);
  const auto again = parseJson(written, {written.size(), 32, 20000});
  require(again && writeJson(*again) == written);
}

void quoting(const std::string& text) {
  splitCommandLine(text);
  std::vector<std::string> arguments{"program"};
  std::size_t start = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at != text.size() && text[at] != '\0') continue;
    arguments.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  const auto line = buildCommandLine(arguments);
  require(line && splitCommandLine(*line) == arguments);
}

void settings(const std::string& text) {
  test::FakeSystem system;
  // The first byte says which setting, the second what it is; the rest is its value.
  const std::uint8_t which = text.empty() ? 0 : static_cast<std::uint8_t>(text[0]);
  const std::string value = text.size() > 2 ? text.substr(2) : std::string();
  const RegistryScope scope = which % 2 == 0 ? RegistryScope::policy : RegistryScope::machine;
  system.setText(RegistryScope::machine, "PortalUrl", "https://machine.example/");
  for (const char* name : {"PortalUrl", "CertificatePins", "TileTitle", "HelpDeskText", "LogLevel", "KioskIdentity"}) system.setText(scope, name, value);
  system.setNumber(scope, "IdleTimeoutSeconds", static_cast<std::uint32_t>(value.size() * which));
  const SettingsReading reading = readSettings(system);
  const Settings& read = reading.settings;
  require(!reading.portal || formatUrl(*reading.portal) == read.portalUrl);
  require(read.idleTimeoutSeconds >= 30 && read.idleTimeoutSeconds <= 3600);
  require(codePoints(read.tileTitle) <= 64 && isDisplayText(read.helpDeskText, 512));
  require(read.kioskIdentity == "service-account" || read.kioskIdentity == "local-service");
  for (const std::string& pin : read.certificatePins) require(isPin(pin));
}

void names(const std::string& text) {
  if (const auto name = cleanAccountName(text, "PC1")) {
    require(isDisplayText(*name, 256) && name->find('"') == std::string::npos);
    const auto start = parseKioskStart({"--goal", "reset-password"}, *name);
    require(start && start->account == *name);
  }
  parseKioskStart({"--goal", text}, text);
  if (isLanguageTag(text)) require(text.find_first_of("\\/\" .") == std::string::npos);
  if (const auto units = utf8ToUtf16(text)) require(utf16ToUtf8(*units) == text);
  const std::u16string raw(text.begin(), text.end());
  if (const auto utf8 = utf16ToUtf8(raw)) require(utf8ToUtf16(*utf8) == raw);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  url(text);
  json(text);
  quoting(text);
  settings(text);
  names(text);
  return 0;
}

std::vector<std::string> fuzzExamples() {
  return {
      "https://reset.example.com:8443/keyturn/", "https://[2001:db8::1]/a/b", "https://192.0.2.10",
      R"({"step":{"id":"s1","kind":"code","length":6,"options":[{"id":"a","hint":"\u00e4\ud83d\udd11"}],"n":-1.5e3},"ok":true})",
      R"([[[[null,false,"\\\"/",0.1]]]])", R"("C:\Program Files\x.exe" --goal "a \"b\" c\\" d)", "CORP\\alice", "alice@corp.example",
      "de-DE", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;", "Gr\xC3\xB6\xC3\x9F" "e \xF0\x9F\x94\x91", "service-account"};
}
