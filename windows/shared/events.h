// The events of the client. Texts and levels for people are in messages.mc; real-system.cpp checks that both agree.
#pragma once

#include <cstdint>

namespace keyturn {

enum class EventId : std::uint32_t {
  kioskStarted = 1,           // goal
  kioskEnded = 2,             // exit code (exit-codes.h), seconds open
  settingRefused = 3,         // name of the setting, reason
  launchFailed = 4,           // step, Win32 error, what Windows says about it
  serverNotReached = 5,       // host, reason
  pinMismatch = 6,            // host
  addressRefused = 7,         // host
  identityRefused = 8,        // reason
  notConfigured = 9,          // -
  kioskFailed = 10,           // exit code, what Windows says about it, seconds open
  internalError = 11,         // where
  tileWithheld = 12,          // -
};

enum class EventLevel { error, warning, information };

constexpr EventLevel levelOf(EventId id) {
  switch (id) {
    case EventId::kioskStarted:
    case EventId::kioskEnded:
      return EventLevel::information;
    case EventId::settingRefused:
    case EventId::serverNotReached:
    case EventId::addressRefused:
    case EventId::notConfigured:
      return EventLevel::warning;
    case EventId::launchFailed:
    case EventId::pinMismatch:
    case EventId::identityRefused:
    case EventId::kioskFailed:
    case EventId::internalError:
    case EventId::tileWithheld:
      return EventLevel::error;
  }
  return EventLevel::error;
}

}  // namespace keyturn
