// Strict conversion between UTF-8, which the client works in, and UTF-16, which Windows speaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keyturn {

// Nothing for overlong forms, surrogates, values past U+10FFFF and cut sequences (RFC 3629 section 3).
std::optional<std::u16string> utf8ToUtf16(std::string_view text);

// Nothing for a surrogate without its other half.
std::optional<std::string> utf16ToUtf8(std::u16string_view text);

// True for well-formed UTF-8.
bool isUtf8(std::string_view text);

// Number of Unicode code points in well-formed UTF-8.
std::size_t codePoints(std::string_view text);

#ifdef _WIN32
inline std::optional<std::wstring> toWide(std::string_view text) {
  const auto result = utf8ToUtf16(text);
  if (!result) return std::nullopt;
  return std::wstring(result->begin(), result->end());
}
inline std::optional<std::string> fromWide(std::wstring_view text) {
  return utf16ToUtf8(std::u16string(text.begin(), text.end()));
}
#endif

}  // namespace keyturn
