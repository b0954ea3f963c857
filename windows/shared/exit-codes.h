// How the window ends, for the provider's event and for whoever starts it by hand.
#pragma once

#include <cstdint>

namespace keyturn {

enum class ExitCode : int {
  // The ends of a window that was up. No small numbers, by which any program ends that is ended: 1 by a task manager, 3 by abort().
  done = 100,            // the goal was reached
  closed = 101,          // the person closed the window before that
  idle = 102,            // nobody typed for IdleTimeoutSeconds
  tooLong = 103,         // open for SessionLimitSeconds
  sessionChanged = 104,  // somebody signed in, unlocked, or took the session over from elsewhere; the sign-in screen went away

  badArguments = 10,
  identityRefused = 11,  // SYSTEM, an administrator, or a token that may do more than it must
  notConfigured = 12,    // no usable PortalUrl, or this goal is switched off
  noWindow = 14,         // the window could not be made
  internalError = 15,    // a fault inside, memory that ran out for example
};

// Whether a window that was up may end with that code. Everything else is a fault, be it one of the codes above, of Windows
// (0xC0000142: a library could not attach to the desktop) or unknown.
constexpr bool isNormalEnd(std::uint32_t code) {
  return code >= static_cast<std::uint32_t>(ExitCode::done) && code <= static_cast<std::uint32_t>(ExitCode::sessionChanged);
}

}  // namespace keyturn
