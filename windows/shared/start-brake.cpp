#include "start-brake.h"

namespace keyturn {
namespace {

constexpr std::uint32_t mostUnfinished = 3;
constexpr std::uint32_t loopSeconds = 60;
constexpr std::uint32_t brakeSeconds = 3600;

// Each session has a sign-in screen of its own; several may begin at once on a server for remote desktops.
std::string valueName(ISystem& system, const char* what) { return what + std::to_string(system.sessionId()); }

std::uint32_t read(ISystem& system, const char* what) {
  const RegistryValue value = system.readRegistry(RegistryScope::state, valueName(system, what));
  return value.kind == RegistryValue::Kind::number ? value.number : 0;
}

}  // namespace

bool beginScreen(ISystem& system) {
  const auto now = static_cast<std::uint32_t>(system.monotonicMilliseconds() / 1000);
  std::uint32_t unfinished = read(system, "UnfinishedStarts-");
  const std::uint32_t sinceLast = now - read(system, "LastStart-");
  if (unfinished >= mostUnfinished) {
    if (sinceLast < brakeSeconds) return false;
    unfinished = 0;
  }
  if (sinceLast > loopSeconds) unfinished = 0;
  system.writeState(valueName(system, "UnfinishedStarts-"), unfinished + 1);
  system.writeState(valueName(system, "LastStart-"), now);
  return true;
}

void endScreen(ISystem& system) { system.writeState(valueName(system, "UnfinishedStarts-"), 0); }

}  // namespace keyturn
