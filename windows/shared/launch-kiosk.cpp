#include "launch-kiosk.h"

#include "identity.h"
#include "log.h"
#include "quoting.h"

namespace keyturn {
namespace {

constexpr char hostService[] = "KeyturnLogonHost";
constexpr std::uint32_t graceSeconds = 30;

// The token of the kiosk: made from one of two accounts, stripped, and looked at.
ScopedHandle kioskToken(ISystem& system, const Settings& settings) {
  const ScopedHandle full(system, settings.kioskIdentity == "local-service" ? system.logOnLocalService()
                                                                            : system.openServiceToken(hostService));
  if (!full) {
    logEvent(system, settings, EventId::launchFailed, {"account", std::to_string(system.lastError())});
    return {};
  }
  ScopedHandle restricted(system, system.restrictToken(full.get()));
  if (!restricted) {
    logEvent(system, settings, EventId::launchFailed, {"restriction", std::to_string(system.lastError())});
    return {};
  }
  if (const std::optional<std::string> refusal = refusalOf(system.tokenFacts(restricted.get()))) {
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
      desktopGrant_(std::exchange(other.desktopGrant_, 0)) {}

RunningKiosk::~RunningKiosk() {
  job_.reset();
  process_.reset();
  if (desktopGrant_ != 0) system_->revokeDesktopAccess(desktopGrant_);
}

RunningKiosk launchKiosk(ISystem& system, const Settings& settings, const KioskStart& start, const std::string& desktop) {
  const auto failed = [&](const char* step) {
    logEvent(system, settings, EventId::launchFailed, {step, std::to_string(system.lastError())});
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

  const ScopedHandle token = kioskToken(system, settings);
  if (!token) return {};

  ScopedHandle job(system, system.createKioskJob());
  if (!job) return failed("job");
  const OsHandle grant = system.grantDesktopAccess(token.get(), desktop);
  if (grant == 0) return failed("desktop access");

  ProcessStart process{executable, *commandLine, desktop, folder, {}};
  if (!start.account.empty()) process.environment.emplace_back(accountVariable, start.account);
  const StartedProcess started = system.createSuspendedProcess(token.get(), process);
  RunningKiosk kiosk(system, std::move(job), ScopedHandle(system, started.process), grant);
  if (!kiosk) return failed("process");
  const ScopedHandle thread(system, started.thread);

  // Until it is in the job, nothing but this ends it.
  if (!system.assignToJob(kiosk.job(), kiosk.process())) {
    const std::uint32_t error = system.lastError();
    system.terminateProcess(kiosk.process());
    logEvent(system, settings, EventId::launchFailed, {"job assignment", std::to_string(error)});
    return {};
  }
  if (const std::optional<std::string> refusal = refusalOf(system.processTokenFacts(kiosk.process()))) {
    system.terminateJob(kiosk.job());
    logEvent(system, settings, EventId::identityRefused, {*refusal});
    return {};
  }
  if (!system.resumeThread(thread.get())) {
    const std::uint32_t error = system.lastError();
    system.terminateJob(kiosk.job());
    logEvent(system, settings, EventId::launchFailed, {"first instruction", std::to_string(error)});
    return {};
  }
  logEvent(system, settings, EventId::kioskStarted, {std::string(goalName(start.goal))});
  return kiosk;
}

void superviseKiosk(ISystem& system, const Settings& settings, const RunningKiosk& kiosk) {
  const std::uint64_t begin = system.monotonicMilliseconds();
  std::uint32_t exitCode = 0;
  const std::uint32_t limit = (settings.sessionLimitSeconds + graceSeconds) * 1000;
  if (system.waitForProcess(kiosk.process(), limit, exitCode) != ProcessEnd::exited) {
    system.terminateJob(kiosk.job());
    exitCode = 1;
  }
  const std::uint64_t seconds = (system.monotonicMilliseconds() - begin) / 1000;
  logEvent(system, settings, EventId::kioskEnded, {std::to_string(exitCode), std::to_string(seconds)});
}

}  // namespace keyturn
