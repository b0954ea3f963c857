// Prints, as one JSON object per line, what an installed client makes of the registry: every setting, what was refused, and the
// file that COM loads as the provider.
#include <windows.h>

#include <objbase.h>

#include <cstdio>
#include <string>

#include "class-ids.h"
#include "real-system.h"
#include "settings.h"
#include "utf.h"

using namespace keyturn;

namespace {

// Only what JSON demands: the values were checked for control characters when they were read.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

void print(const std::string& name, const std::string& value) { std::printf("{\"name\":%s,\"value\":%s}\n", quoted(name).c_str(), value.c_str()); }

// The file of the provider, as COM finds it; empty if it does not load.
std::string providerFile() {
  IUnknown* provider = nullptr;
  if (FAILED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED))) return {};
  std::string file;
  if (SUCCEEDED(CoCreateInstance(providerClass, nullptr, CLSCTX_INPROC_SERVER, IID_IUnknown, reinterpret_cast<void**>(&provider)))) {
    wchar_t path[MAX_PATH];
    const DWORD length = GetModuleFileNameW(GetModuleHandleW(L"KeyturnCredentialProvider.dll"), path, MAX_PATH);
    file = fromWide({path, length}).value_or("");
    provider->Release();
  }
  CoUninitialize();
  return file;
}

}  // namespace

int main() {
  SetConsoleOutputCP(CP_UTF8);
  const auto system = createSystem(GetModuleHandleW(nullptr));
  const SettingsReading reading = readSettings(*system);
  const Settings& settings = reading.settings;
  for (const BooleanSetting& setting : booleanSettings) print(setting.name, settings.*setting.member ? "true" : "false");
  for (const NumberSetting& setting : numberSettings) print(setting.name, std::to_string(settings.*setting.member));
  for (const TextSetting& setting : textSettings) print(setting.name, quoted(settings.*setting.member));
  for (const TextSetting& setting : httpsUrlSettings) print(setting.name, quoted(settings.*setting.member));
  for (const ChoiceSetting& setting : choiceSettings) print(setting.name, quoted(settings.*setting.member));
  for (const PinListSetting& setting : pinListSettings) {
    std::string pins;
    for (const std::string& pin : settings.*setting.member) pins += (pins.empty() ? "" : ";") + pin;
    print(setting.name, quoted(pins));
  }
  for (const SettingProblem& problem : reading.problems) print("refused " + problem.name, quoted(problem.reason));
  print("configured", reading.isConfigured() ? "true" : "false");
  print("provider", quoted(providerFile()));
  return 0;
}
