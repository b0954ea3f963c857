// Writes an event if the LogLevel setting lets it through.
#pragma once

#include "settings.h"

namespace keyturn {

inline void logEvent(ISystem& system, const Settings& settings, EventId id, const std::vector<std::string>& values = {}) {
  if (isLogged(levelOf(id), settings.logLevel)) system.writeEvent(id, values);
}

}  // namespace keyturn
