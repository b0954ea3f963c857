#include "quoting.h"

#include <algorithm>

namespace keyturn {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\t'; }

// Backslashes mean themselves unless a quotation mark follows: then each is doubled.
void appendQuoted(std::string& line, std::string_view argument) {
  line += '"';
  std::size_t backslashes = 0;
  for (const char c : argument) {
    if (c == '\\') {
      ++backslashes;
      continue;
    }
    line.append(c == '"' ? backslashes * 2 + 1 : backslashes, '\\');
    backslashes = 0;
    line += c;
  }
  line.append(backslashes * 2, '\\');
  line += '"';
}

}  // namespace

std::optional<std::string> buildCommandLine(const std::vector<std::string>& arguments) {
  std::string line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.find('\0') != std::string::npos) return std::nullopt;
    if (i == 0) {
      if (argument.empty() || argument.find('"') != std::string::npos) return std::nullopt;
      line += '"' + argument + '"';
    } else {
      line += ' ';
      appendQuoted(line, argument);
    }
  }
  return line;
}

std::vector<std::string> splitCommandLine(std::string_view line) {
  std::vector<std::string> arguments;
  std::size_t at = 0;
  if (line.empty()) return arguments;
  // The program name: up to the next quotation mark or, unquoted, the next space. Backslashes mean themselves.
  if (line[0] == '"') {
    const std::size_t end = std::min(line.find('"', 1), line.size());
    arguments.emplace_back(line.substr(1, end - 1));
    at = std::min(end + 1, line.size());
  } else {
    while (at < line.size() && !isSpace(line[at])) ++at;
    arguments.emplace_back(line.substr(0, at));
  }
  while (true) {
    while (at < line.size() && isSpace(line[at])) ++at;
    if (at == line.size()) return arguments;
    std::string argument;
    bool quoted = false;
    while (at < line.size() && (quoted || !isSpace(line[at]))) {
      std::size_t backslashes = 0;
      while (at < line.size() && line[at] == '\\') {
        ++backslashes;
        ++at;
      }
      if (at < line.size() && line[at] == '"') {
        argument.append(backslashes / 2, '\\');
        if (backslashes % 2 == 1) {
          argument += '"';
        } else if (quoted && at + 1 < line.size() && line[at + 1] == '"') {
          argument += '"';  // "" inside quotation marks is one of them and ends the quoting
          ++at;
          quoted = false;
        } else {
          quoted = !quoted;
        }
        ++at;
      } else {
        argument.append(backslashes, '\\');
        if (at < line.size() && (quoted || !isSpace(line[at]))) argument += line[at++];
      }
    }
    arguments.push_back(std::move(argument));
  }
}

}  // namespace keyturn
