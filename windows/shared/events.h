// The events of the client. Texts and levels for people are in messages.mc; real-system.cpp checks that both agree.
#pragma once

#include <cstdint>

namespace keyturn {

enum class EventId : std::uint32_t {
  kioskStarted = 1,           // goal
  kioskEnded = 2,             // exit code, seconds open
  settingRefused = 3,         // name of the setting, reason
  launchFailed = 4,           // step, Win32 error
  serverNotReached = 5,       // host, reason
  pinMismatch = 6,            // host
  addressRefused = 7,         // host
  identityRefused = 8,        // reason
  notConfigured = 9,          // -
  passwordProviderHidden = 10,  // -
  internalError = 11,         // where
};

enum class EventLevel { error, warning, information };

constexpr EventLevel levelOf(EventId id) {
  switch (id) {
    case EventId::kioskStarted:
    case EventId::kioskEnded:
    case EventId::passwordProviderHidden:
      return EventLevel::information;
    case EventId::settingRefused:
    case EventId::serverNotReached:
    case EventId::addressRefused:
    case EventId::notConfigured:
      return EventLevel::warning;
    case EventId::launchFailed:
    case EventId::pinMismatch:
    case EventId::identityRefused:
    case EventId::internalError:
      return EventLevel::error;
  }
  return EventLevel::error;
}

}  // namespace keyturn
