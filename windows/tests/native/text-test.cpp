#include "check.h"
#include "kiosk-start.h"
#include "quoting.h"
#include "utf.h"

using namespace keyturn;
using namespace std::string_view_literals;

TEST("arguments survive the command line") {
  const std::vector<std::vector<std::string>> cases = {
      {"C:\\Program Files\\Keyturn\\KeyturnKiosk.exe", "--goal", "reset-password"},
      {"a", "", " ", "\t", "\"", "\\", "\\\\", "\\\"", "a b", "a\"b", "a\\", "a b\\", "\\\\server\\share\\", "\" --evil", "--x=\"y z\"", "\\\\\"", "ä€"},
      {"a b c"},
      {"trailing\\", "x"},
  };
  for (const auto& arguments : cases) {
    const auto line = buildCommandLine(arguments);
    CHECK(line.has_value());
    if (line) CHECK_NOTE(splitCommandLine(*line) == arguments, *line);
  }
}

TEST("what no command line can carry is refused") {
  CHECK(!buildCommandLine({"a\"b"}));
  CHECK(!buildCommandLine({""}));
  CHECK(!buildCommandLine({"a", std::string("b\0c", 3)}));
}

TEST("command lines are split as Windows does") {
  CHECK((splitCommandLine(R"(a "b c" d\e "f\"g" h\\"i j" "")") == std::vector<std::string>{"a", "b c", "d\\e", "f\"g", "h\\i j", ""}));
  CHECK((splitCommandLine(R"("C:\a b\x.exe" y)") == std::vector<std::string>{"C:\\a b\\x.exe", "y"}));
  CHECK(splitCommandLine("").empty());
}

TEST("UTF-8 and UTF-16 become each other, and nothing else is let in") {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x94\x91";
  const auto units = utf8ToUtf16(text);
  CHECK(units && units->size() == 5 && utf16ToUtf8(*units) == text);
  CHECK(codePoints(text) == 4);
  for (const std::string_view bad : {"\x80"sv, "\xC3"sv, "\xC0\x80"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xF0\x80\x80\x80"sv,
                                     "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFE"sv, "a\xE2\x82"sv})
    CHECK(!utf8ToUtf16(bad));
  CHECK(!utf16ToUtf8(std::u16string(1, 0xD800)) && !utf16ToUtf8(std::u16string(1, 0xDC00)));
  CHECK(!utf16ToUtf8(std::u16string{0xD800, 0x41}));
}

TEST("what the provider says the kiosk understands") {
  for (const KioskGoal goal : {KioskGoal::resetPassword, KioskGoal::unlockAccount}) {
    const KioskStart start{goal, "pt-BR", "CORP\\alice", "0001040a"};
    const auto read = parseKioskStart(kioskArguments(start), start.account);
    CHECK(read && read->goal == goal && read->language == "pt-BR" && read->account == "CORP\\alice" && read->layout == "0001040a");
  }
  const auto plain = parseKioskStart({"--goal", "unlock-account"}, "");
  CHECK(plain && plain->language.empty() && plain->account.empty() && plain->layout.empty());
  // A name of a layout that is none is not handed on: the window starts with what Windows gives it.
  for (const char* layout : {"", "407", "0000040g", "000004071", "..\\x.dll"})
    CHECK_NOTE(kioskArguments({KioskGoal::resetPassword, "", "", layout}).size() == 2, layout);
}

TEST("a kiosk started with anything else does not start") {
  const std::vector<std::vector<std::string>> cases = {{},
                                                       {"--goal"},
                                                       {"--goal", "format-disk"},
                                                       {"--language", "de"},
                                                       {"--goal", "reset-password", "--goal", "reset-password"},
                                                       {"--goal", "reset-password", "--language", "de", "--language", "en"},
                                                       {"--goal", "reset-password", "--language", "../x"},
                                                       {"--goal", "reset-password", "--layout", "407"},
                                                       {"--goal", "reset-password", "--layout", "00000407", "--layout", "00000407"},
                                                       {"--goal", "reset-password", "--portal", "https://evil.example/"},
                                                       {"--goal", "reset-password", "x"}};
  for (const auto& arguments : cases) CHECK(!parseKioskStart(arguments, ""));
}

TEST("a name for the kiosk is a plain sign-in name of another machine") {
  for (const char* name : {"CORP\\alice", "alice@corp.example", "alice", "CORP\\jörg müller", "corp.example\\a.b-c_d$"})
    CHECK_NOTE(cleanAccountName(name, "PC1") == std::string(name), name);
  for (const char* name : {"", "PC1\\admin", "pc1\\admin", "AzureAD\\First Last", "azuread\\x", "MicrosoftAccount\\a@b.example", ".\\admin", "\\admin", "CORP\\", "CORP\\a\\b", "a\"b", "a/b", "a;b", "a|b", "a*b", "<a>", "a,b",
                           "a=b", "a+b", "a?b", "[a]", "a:b", "a\nb", "a\x01", " alice", "alice ", ".", "..", "\xFF", "\xE2\x80\xAE" "x"})
    CHECK_NOTE(!cleanAccountName(name, "PC1"), name);
  CHECK(!cleanAccountName(std::string(257, 'a'), "PC1") && cleanAccountName(std::string(256, 'a'), "PC1"));
}

TEST("language tags are letters, digits and inner hyphens") {
  for (const char* tag : {"de", "pt-BR", "zh-Hant-TW", "sr-Latn-RS"}) CHECK(isLanguageTag(tag));
  for (const char* tag : {"", "d", "-de", "de-", "de_DE", "de DE", "../de", "de\"", "a-very-long-tag-that-no-language-ever-has"}) CHECK(!isLanguageTag(tag));
}
