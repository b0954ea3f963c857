#include "media-type.h"

#include <algorithm>

namespace keyturn {
namespace {

bool equalIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

}  // namespace

bool isJsonType(std::string_view contentType) {
  std::string_view type = contentType.substr(0, contentType.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return equalIgnoringCase(type, "application/json") || equalIgnoringCase(type, "application/problem+json");
}

}  // namespace keyturn
