// How the window ends, for the provider's event and for whoever starts it by hand.
#pragma once

namespace keyturn {

enum class ExitCode : int {
  done = 0,             // the goal was reached
  closed = 1,           // the person closed the window before that
  idle = 2,             // nobody typed for IdleTimeoutSeconds
  tooLong = 3,          // open for SessionLimitSeconds
  badArguments = 10,
  identityRefused = 11, // SYSTEM, an administrator, or a token that may do more than it must
  notConfigured = 12,   // no usable PortalUrl, or this goal is switched off
  alreadyOpen = 13,     // one window at a time
  noWindow = 14,        // the window could not be made
};

}  // namespace keyturn
