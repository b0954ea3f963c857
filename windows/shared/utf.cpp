#include "utf.h"

#include <cstdint>

namespace keyturn {
namespace {

// Reads one code point and moves `at` behind it; nothing if the bytes there are not well-formed (Unicode 15, table 3-7).
std::optional<char32_t> nextCodePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  if (first < 0x80) {
    ++at;
    return first;
  }
  std::size_t length = 0;
  char32_t value = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    value = first & 0x1F;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    value = first & 0x0F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    value = first & 0x07;
  } else {
    return std::nullopt;
  }
  if (text.size() - at < length) return std::nullopt;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte(at + i) & 0x3F);
  }
  if ((length == 3 && value < 0x800) || (length == 4 && value < 0x10000)) return std::nullopt;
  if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) return std::nullopt;
  at += length;
  return value;
}

}  // namespace

std::optional<std::u16string> utf8ToUtf16(std::string_view text) {
  std::u16string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::optional<char32_t> value = nextCodePoint(text, at);
    if (!value) return std::nullopt;
    if (*value < 0x10000) {
      result.push_back(static_cast<char16_t>(*value));
    } else {
      result.push_back(static_cast<char16_t>(0xD800 + ((*value - 0x10000) >> 10)));
      result.push_back(static_cast<char16_t>(0xDC00 + ((*value - 0x10000) & 0x3FF)));
    }
  }
  return result;
}

std::optional<std::string> utf16ToUtf8(std::u16string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char32_t value = text[at];
    if (value >= 0xDC00 && value <= 0xDFFF) return std::nullopt;
    if (value >= 0xD800 && value <= 0xDBFF) {
      if (at + 1 == text.size() || text[at + 1] < 0xDC00 || text[at + 1] > 0xDFFF) return std::nullopt;
      value = 0x10000 + ((value - 0xD800) << 10) + (text[++at] - 0xDC00);
    }
    if (value < 0x80) {
      result.push_back(static_cast<char>(value));
    } else if (value < 0x800) {
      result.push_back(static_cast<char>(0xC0 | (value >> 6)));
      result.push_back(static_cast<char>(0x80 | (value & 0x3F)));
    } else if (value < 0x10000) {
      result.push_back(static_cast<char>(0xE0 | (value >> 12)));
      result.push_back(static_cast<char>(0x80 | ((value >> 6) & 0x3F)));
      result.push_back(static_cast<char>(0x80 | (value & 0x3F)));
    } else {
      result.push_back(static_cast<char>(0xF0 | (value >> 18)));
      result.push_back(static_cast<char>(0x80 | ((value >> 12) & 0x3F)));
      result.push_back(static_cast<char>(0x80 | ((value >> 6) & 0x3F)));
      result.push_back(static_cast<char>(0x80 | (value & 0x3F)));
    }
  }
  return result;
}

bool isUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (!nextCodePoint(text, at)) return false;
  return true;
}

std::size_t codePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text)
    if ((static_cast<std::uint8_t>(c) & 0xC0) != 0x80) ++count;
  return count;
}

}  // namespace keyturn
