#include "resource-text.h"

#include "kiosk-start.h"
#include "utf.h"

namespace keyturn {
namespace {

constexpr unsigned textsInBlock = 16;

LANGID languageOf(std::string_view tag) {
  if (!isLanguageTag(tag)) return MAKELANGID(LANG_ENGLISH, SUBLANG_NEUTRAL);
  const std::wstring name = toWide(tag).value_or(std::wstring());
  const LCID locale = LocaleNameToLCID(name.c_str(), 0);
  const WORD primary = locale == 0 ? LANG_ENGLISH : PRIMARYLANGID(LANGIDFROMLCID(locale));
  return MAKELANGID(primary, SUBLANG_NEUTRAL);
}

// A string table is kept in blocks of sixteen texts, each with its length before it.
std::string textIn(HMODULE module, unsigned id, LANGID language) {
  const HRSRC resource = FindResourceExW(module, MAKEINTRESOURCEW(6) /* RT_STRING */, MAKEINTRESOURCEW(id / textsInBlock + 1), language);
  const HGLOBAL loaded = resource == nullptr ? nullptr : LoadResource(module, resource);
  const auto* at = loaded == nullptr ? nullptr : static_cast<const WCHAR*>(LockResource(loaded));
  if (at == nullptr) return {};
  const WCHAR* const end = at + SizeofResource(module, resource) / sizeof(WCHAR);
  for (unsigned i = 0; i < textsInBlock && at < end; ++i) {
    const std::size_t length = *at++;
    if (length > static_cast<std::size_t>(end - at)) return {};
    if (i == id % textsInBlock) return fromWide({at, length}).value_or(std::string());
    at += length;
  }
  return {};
}

}  // namespace

bool hasTexts(HMODULE module, unsigned id, std::string_view languageTag) {
  return isLanguageTag(languageTag) && !textIn(module, id, languageOf(languageTag)).empty();
}

std::string resourceText(HMODULE module, unsigned id, std::string_view languageTag) {
  std::string text = textIn(module, id, languageOf(languageTag));
  return text.empty() ? textIn(module, id, MAKELANGID(LANG_ENGLISH, SUBLANG_NEUTRAL)) : text;
}

}  // namespace keyturn
