// Command lines for CreateProcess and back, by the rules of CommandLineToArgvW.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keyturn {

// The command line that CommandLineToArgvW splits into exactly these arguments. Nothing if the program name (the first one,
// where no escape exists) holds a quotation mark, or any argument holds a NUL.
std::optional<std::string> buildCommandLine(const std::vector<std::string>& arguments);

// Splits a command line as CommandLineToArgvW does; the test of `buildCommandLine` and the kiosk's own reader.
std::vector<std::string> splitCommandLine(std::string_view commandLine);

}  // namespace keyturn
