// Texts for people from the string tables of a module, in a language of choice. LoadString would take the language of the
// thread, which on the sign-in screen is not always the language shown.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

namespace keyturn {

// The text with that id in the language of the BCP 47 tag ("de-AT" takes the table of LANG_GERMAN), in English where the module
// has no table of that language, empty where it has no such text. UTF-8.
std::string resourceText(HMODULE module, unsigned id, std::string_view languageTag);

// Whether the module has texts of its own in that language.
bool hasTexts(HMODULE module, unsigned id, std::string_view languageTag);

}  // namespace keyturn
