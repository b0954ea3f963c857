// Which identities may run the recovery window. Asked by the provider about the token it made, about the process it started,
// and by the window about itself at its first instruction.
#pragma once

#include <optional>
#include <string>

#include "system.h"

namespace keyturn {

// Nothing if the token may run the window; else the reason as a fixed English phrase.
std::optional<std::string> refusalOf(const TokenFacts& facts);

}  // namespace keyturn
