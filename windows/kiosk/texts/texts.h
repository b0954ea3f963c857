// The window's texts by id (text-ids.h), in one language.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "text-ids.h"

namespace keyturn {

class ITexts {
 public:
  virtual ~ITexts() = default;
  virtual std::string text(unsigned id) const = 0;

  // The text with {0}, {1}, ... replaced. What is put in is never searched itself.
  std::string text(unsigned id, std::initializer_list<std::string_view> values) const {
    const std::string pattern = text(id);
    std::string result;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      const bool isPlace = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}' && pattern[at + 1] >= '0' &&
                           static_cast<std::size_t>(pattern[at + 1] - '0') < values.size();
      if (!isPlace) {
        result += pattern[at];
        continue;
      }
      result += *(values.begin() + (pattern[at + 1] - '0'));
      at += 2;
    }
    return result;
  }
};

}  // namespace keyturn
