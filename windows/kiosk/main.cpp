// KeyturnKiosk.exe: the recovery window that the links on the sign-in screen open. How it is started: shared/kiosk-start.h;
// how it ends: exit-codes.h.
#include <windows.h>

#include <commctrl.h>
#include <objbase.h>

#include <string>
#include <vector>

#include "conversation.h"
#include "domain-watch.h"
#include "exit-codes.h"
#include "http-winhttp.h"
#include "identity.h"
#include "kiosk-start.h"
#include "kiosk-window.h"
#include "log.h"
#include "quoting.h"
#include "real-system.h"
#include "resource-text.h"
#include "utf.h"

// Of werapi.h, which does not compile with the mingw-w64 of Debian 12 and lacks the flag there.
extern "C" HRESULT WINAPI WerSetFlags(DWORD flags);
constexpr DWORD reportsNoHeap = 1;  // WER_FAULT_REPORTING_FLAG_NOHEAP

namespace keyturn {
namespace {

class ResourceTexts : public ITexts {
 public:
  ResourceTexts(HMODULE module, std::string language) : module_(module), language_(std::move(language)) {}
  using ITexts::text;
  std::string text(unsigned id) const override { return resourceText(module_, id, language_); }

 private:
  HMODULE module_;
  std::string language_;
};

// Nothing this process does needs another process, a library from a folder of its own, or one from the network.
void hardenProcess() {
  HeapSetInformation(nullptr, HeapEnableTerminationOnCorruption, nullptr, 0);
  SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  // What was typed is in the heap: a report of a crash gets none of it (learn.microsoft.com, WerSetFlags). A full dump that an
  // administrator wants of every program (LocalDumps) is not said to heed this.
  WerSetFlags(reportsNoHeap);
  PROCESS_MITIGATION_IMAGE_LOAD_POLICY images = {};
  images.NoRemoteImages = 1;
  images.NoLowMandatoryLabelImages = 1;
  SetProcessMitigationPolicy(ProcessImageLoadPolicy, &images, sizeof images);
  DWORD noChildren = 1;
  SetProcessMitigationPolicy(ProcessChildProcessPolicy, &noChildren, sizeof noChildren);
}

// The event by which the provider learns that the window is up; null for a window started by hand. The one handle it inherits.
HANDLE windowUpEvent() {
  const std::wstring variable = toWide(windowUpVariable).value_or(std::wstring());
  WCHAR number[24] = {};
  const DWORD length = GetEnvironmentVariableW(variable.c_str(), number, 24);
  SetEnvironmentVariableW(variable.c_str(), nullptr);
  if (length == 0 || length >= 24) return nullptr;
  return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(wcstoull(number, nullptr, 10)));
}

std::optional<KioskStart> readStart() {
  std::vector<std::string> arguments = splitCommandLine(fromWide(GetCommandLineW()).value_or(std::string()));
  if (!arguments.empty()) arguments.erase(arguments.begin());
  const std::wstring variable = toWide(accountVariable).value_or(std::wstring());
  WCHAR account[600] = {};
  const DWORD length = GetEnvironmentVariableW(variable.c_str(), account, 600);
  SetEnvironmentVariableW(variable.c_str(), nullptr);
  return parseKioskStart(arguments, length > 0 && length < 600 ? fromWide(account).value_or(std::string()) : std::string());
}

bool isRightToLeft(const std::string& language) {
  DWORD layout = 0;
  const std::wstring name = toWide(language).value_or(std::wstring());
  const int read = GetLocaleInfoEx(name.c_str(), LOCALE_IREADINGLAYOUT | LOCALE_RETURN_NUMBER, reinterpret_cast<LPWSTR>(&layout),
                                   sizeof layout / sizeof(WCHAR));
  return read > 0 && layout == 1;
}

std::string_view reasonOf(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::timedOut:
      return "no answer in time";
    case HttpFailure::certificate:
      return "certificate not accepted";
    case HttpFailure::wrongTime:
      return "certificate not valid at this time: expired, or the clock is wrong";
    case HttpFailure::wrongName:
      return "certificate for another name";
    case HttpFailure::pinNotKnown:
      return "the key of the server could not be read";
    case HttpFailure::proxyAuthentication:
      return "the proxy asks for a sign-in, which is not supported";
    case HttpFailure::intercepted:
      return "something else answered, a proxy or the sign-in page of a network";
    case HttpFailure::badAnswer:
      return "unexpected answer";
    default:
      return "not reachable";
  }
}

ExitCode converse(HINSTANCE instance, const std::shared_ptr<ISystem>& shared, const SettingsReading& reading, const KioskStart& start) {
  ISystem& system = *shared;
  const Settings& settings = reading.settings;
  // Before there is a window: what is typed means what it means on the sign-in screen.
  if (!start.layout.empty()) system.useKeyboardLayout(start.layout);
  // What the window does not speak, the server is not asked for either: one language from the first word to the last.
  const std::string wished = start.language.empty() ? system.uiLanguage() : start.language;
  const std::string language = hasTexts(instance, TEXT_WINDOW_RESET, wished) ? wished : "en";
  const ResourceTexts texts(instance, language);

  HttpOptions http;
  http.portal = *reading.portal;
  http.userAgent = "KeyturnKiosk/" KEYTURN_VERSION;
  http.pins = settings.certificatePins;
  http.connectSeconds = settings.preflightTimeoutSeconds;
  http.requestSeconds = settings.requestTimeoutSeconds;
  http.now = [&system] { return system.monotonicMilliseconds(); };
  WinHttp client(std::move(http));

  ConversationOptions options;
  options.goal = start.goal;
  options.account = start.account;
  options.language = language;
  options.version = KEYTURN_VERSION;
  options.portalAddress = formatUrl(*reading.portal);
  options.offlineMessage = settings.offlineMessage;
  options.helpDesk = settings.helpDeskText;
  options.awayMessage = settings.awayMessage;
  if (start.goal == KioskGoal::resetPassword) options.domainReach = [watch = std::make_shared<DomainWatch>(shared)] { return watch->answer(); };
  const std::string host = reading.portal->host;
  options.onTrouble = [&system, &settings, host](HttpFailure failure) {
    if (failure == HttpFailure::pinMismatch) {
      logEvent(system, settings, EventId::pinMismatch, {host});
    } else {
      logEvent(system, settings, EventId::serverNotReached, {host, std::string(reasonOf(failure))});
    }
  };
  Conversation conversation(client, texts, std::move(options));

  // Never destroyed: its thread may still wait for the server when the process ends.
  auto* window = new KioskWindow(instance, system, settings, texts, conversation, isRightToLeft(wished), windowUpEvent());
  const ExitCode code = window->run();
  // Ends at once, with every thread in it; destructors would pull the ground from under a request under way.
  ExitProcess(static_cast<UINT>(code));
}

ExitCode runKiosk(HINSTANCE instance) {
  hardenProcess();
  const std::shared_ptr<ISystem> system = createSystem(instance);
  // Before anything else is read or shown.
  if (const std::optional<std::string> refusal = refusalOf(system->ownTokenFacts())) {
    system->writeEvent(EventId::identityRefused, {*refusal});
    return ExitCode::identityRefused;
  }
  const std::optional<KioskStart> start = readStart();
  if (!start) return ExitCode::badArguments;
  const SettingsReading reading = readSettings(*system);
  for (const SettingProblem& problem : reading.problems)
    logEvent(*system, reading.settings, EventId::settingRefused, {problem.name, problem.reason});
  const bool isOffered = start->goal == KioskGoal::resetPassword ? reading.settings.showReset : reading.settings.showUnlock;
  if (!reading.isConfigured() || !isOffered) {
    logEvent(*system, reading.settings, EventId::notConfigured);
    return ExitCode::notConfigured;
  }
  // No object by name keeps a second window away: any program of the session could make it first. The provider opens one at a time.
  if (FAILED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE))) return ExitCode::noWindow;
  INITCOMMONCONTROLSEX controls = {sizeof controls, ICC_STANDARD_CLASSES};
  InitCommonControlsEx(&controls);
  return converse(instance, system, reading, *start);
}

}  // namespace
}  // namespace keyturn

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE, LPWSTR, int) {
  // Out of memory, most likely: an end that the provider tells as a fault, instead of one by the runtime's own box.
  try {
    return static_cast<int>(keyturn::runKiosk(instance));
  } catch (...) {
    return static_cast<int>(keyturn::ExitCode::internalError);
  }
}
