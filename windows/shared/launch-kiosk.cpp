#include "launch-kiosk.h"

#include "exit-codes.h"
#include "identity.h"
#include "log.h"
#include "quoting.h"

namespace keyturn {
namespace {

constexpr char hostService[] = "KeyturnLogonHost";
constexpr std::uint32_t graceSeconds = 30;
constexpr std::uint32_t windowUpMilliseconds = 30'000;

void logFault(ISystem& system, const Settings& settings, const KioskFault& fault) {
  logEvent(system, settings, EventId::launchFailed, {fault.step, hexadecimal(fault.code), system.errorText(fault.code)});
}

KioskFault faultNow(ISystem& system, const char* step) { return {step, system.lastError()}; }

// The token of the kiosk: made from one of two accounts, stripped, and looked at.
ScopedHandle kioskToken(ISystem& system, const Settings& settings, KioskFault& fault) {
  const auto failed = [&](const char* step) {
    fault = faultNow(system, step);
    logFault(system, settings, fault);
    return ScopedHandle();
  };
  const ScopedHandle full(system, settings.kioskIdentity == "local-service" ? system.logOnLocalService()
                                                                            : system.openServiceToken(hostService));
  if (!full) return failed("account");
  ScopedHandle restricted(system, system.restrictToken(full.get()));
  if (!restricted) return failed("restriction");
  if (const std::optional<std::string> refusal = refusalOf(system.tokenFacts(restricted.get()))) {
    fault = {"identity", 0};
    logEvent(system, settings, EventId::identityRefused, {*refusal});
    return {};
  }
  return restricted;
}

}  // namespace

RunningKiosk::RunningKiosk(RunningKiosk&& other) noexcept
    : system_(other.system_),
      job_(std::move(other.job_)),
      process_(std::move(other.process_)),
      windowUp_(std::move(other.windowUp_)),
      desktopGrant_(std::exchange(other.desktopGrant_, 0)) {}

RunningKiosk::~RunningKiosk() {
  job_.reset();
  process_.reset();
  windowUp_.reset();
  if (desktopGrant_ != 0) system_->revokeDesktopAccess(desktopGrant_);
}

std::string hexadecimal(std::uint32_t code) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[(code >> shift) & 0xF];
  return text;
}

RunningKiosk launchKiosk(ISystem& system, const Settings& settings, const KioskStart& start, const std::string& desktop, KioskFault& fault) {
  const auto failed = [&](const char* step) {
    fault = faultNow(system, step);
    logFault(system, settings, fault);
    return RunningKiosk();
  };

  const std::string folder = system.moduleFolder();
  const std::string executable = folder + "\\" + kioskFileName;
  if (folder.empty() || !system.fileExists(executable)) return failed("program");
  if (desktop.empty()) return failed("desktop");

  std::vector<std::string> arguments = kioskArguments(start);
  arguments.insert(arguments.begin(), executable);
  const std::optional<std::string> commandLine = buildCommandLine(arguments);
  if (!commandLine) return failed("command line");

  const ScopedHandle token = kioskToken(system, settings, fault);
  if (!token) return {};

  ScopedHandle job(system, system.createKioskJob());
  if (!job) return failed("job");
  ScopedHandle windowUp(system, system.createWindowEvent());
  if (!windowUp) return failed("window event");
  const OsHandle grant = system.grantDesktopAccess(token.get(), desktop);
  if (grant == 0) return failed("desktop access");

  ProcessStart process{executable, *commandLine, desktop, folder, windowUp.get(), {}};
  if (!start.account.empty()) process.environment.emplace_back(accountVariable, start.account);
  const StartedProcess started = system.createSuspendedProcess(token.get(), process);
  // Read before the handles below close: what they do must not hide why it failed.
  const KioskFault noProcess = started.process == 0 ? faultNow(system, "process") : KioskFault();
  RunningKiosk kiosk(system, std::move(job), ScopedHandle(system, started.process), std::move(windowUp), grant);
  if (!kiosk) {
    fault = noProcess;
    logFault(system, settings, fault);
    return {};
  }
  const ScopedHandle thread(system, started.thread);

  // Until it is in the job, nothing but this ends it.
  if (!system.assignToJob(kiosk.job(), kiosk.process())) {
    fault = faultNow(system, "job assignment");
    system.terminateProcess(kiosk.process());
    logFault(system, settings, fault);
    return {};
  }
  if (const std::optional<std::string> refusal = refusalOf(system.processTokenFacts(kiosk.process()))) {
    fault = {"identity", 0};
    system.terminateJob(kiosk.job());
    logEvent(system, settings, EventId::identityRefused, {*refusal});
    return {};
  }
  if (!system.resumeThread(thread.get())) {
    fault = faultNow(system, "first instruction");
    system.terminateJob(kiosk.job());
    logFault(system, settings, fault);
    return {};
  }
  logEvent(system, settings, EventId::kioskStarted, {std::string(goalName(start.goal))});
  return kiosk;
}

KioskEnd superviseKiosk(ISystem& system, const Settings& settings, const RunningKiosk& kiosk, const KioskWatch& watch, KioskFault& fault) {
  const std::uint64_t begin = system.monotonicMilliseconds();
  std::uint32_t exitCode = 0;
  bool isUp = false;
  switch (system.waitForWindow(kiosk.process(), kiosk.windowUp(), windowUpMilliseconds, exitCode)) {
    case WindowWait::up: {
      isUp = true;
      if (watch.onUp) watch.onUp();
      const std::uint32_t limit = (settings.sessionLimitSeconds + graceSeconds) * 1000;
      if (system.waitForProcess(kiosk.process(), limit, exitCode) != ProcessEnd::exited) {
        system.terminateJob(kiosk.job());
        exitCode = static_cast<std::uint32_t>(ExitCode::tooLong);
      }
      break;
    }
    case WindowWait::exited:
      break;
    case WindowWait::timedOut:
    case WindowWait::failed:
      // Something runs there that shows nothing: nobody could even close it.
      system.terminateJob(kiosk.job());
      if (watch.isStopped && watch.isStopped()) break;
      fault = {"window", 0};
      logFault(system, settings, fault);
      return KioskEnd::faulted;
  }
  const std::string seconds = std::to_string((system.monotonicMilliseconds() - begin) / 1000);
  const bool isStopped = watch.isStopped && watch.isStopped();
  if (!isStopped && (!isUp || !isNormalEnd(exitCode))) {
    fault = {isUp ? "window" : "window start", exitCode};
    logEvent(system, settings, EventId::kioskFailed, {hexadecimal(exitCode), system.errorText(exitCode), seconds});
    return isUp ? KioskEnd::died : KioskEnd::faulted;
  }
  logEvent(system, settings, EventId::kioskEnded, {std::to_string(exitCode), seconds});
  if (isStopped) return KioskEnd::closed;
  switch (static_cast<ExitCode>(exitCode)) {
    case ExitCode::done:
      return KioskEnd::reached;
    case ExitCode::idle:
      return KioskEnd::idle;
    case ExitCode::tooLong:
      return KioskEnd::tooLong;
    default:
      return KioskEnd::closed;
  }
}

}  // namespace keyturn
