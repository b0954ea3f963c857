#include "check.h"
#include "step.h"

using namespace keyturn;

namespace {

std::optional<Step> parse(const std::string& text) {
  const auto json = parseJson(text);
  return json ? parseStep(*json) : std::nullopt;
}

}  // namespace

TEST("times are read as seconds since 1970, in UTC only") {
  CHECK(parseTime("1970-01-01T00:00:00Z") == 0);
  CHECK(parseTime("2026-11-22T16:20:42.123Z") == 1795364442);
  CHECK(parseTime("2000-02-29T23:59:59Z") == 951868799);
  for (const char* text : {"", "Z", "2026-11-22T16:20:42", "2026-11-22T16:20:42+01:00", "2026-13-22T16:20:42Z", "2026-11-22 16:20:42Z",
                           "2026-11-22T24:20:42Z", "2026-11-22T16:20:42.Z", "2026-11-22T16:20:42.1x2Z", "x026-11-22T16:20:42Z"})
    CHECK_NOTE(!parseTime(text), text);
}

TEST("text of the server loses what could deceive on a screen") {
  CHECK(cleanText("a\nb\tc") == "a b c");
  CHECK(cleanText("ab\xE2\x80\xAEgpj.exe") == "ab gpj.exe");
  CHECK(cleanText("\xC3\xA4\xF0\x9F\x94\x91x", 2) == "\xC3\xA4\xF0\x9F\x94\x91");
  CHECK(cleanText("\xFF").empty());
}

TEST("an id that could change the address is refused") {
  for (const char* id : {"", "../x", "a/b", "a?b", "a b", "a%2fb", "\xC3\xA4"})
    CHECK_NOTE(!parse(std::string(R"({"id":")") + id + R"(","kind":"done"})"), id);
  CHECK(!parse(R"({"id":")" + std::string(65, 'a') + R"(","kind":"done"})"));
  CHECK(!parse(R"({"id":7,"kind":"done"})"));
  CHECK(!parse(R"({"id":"a"})"));
  CHECK(parse(R"({"id":"aZ09-_","kind":"done"})").has_value());
}

TEST("whether an account is locked may be not known") {
  const auto step = parse(R"({"id":"c","kind":"choose-accounts","accounts":[{"id":"a","label":"x","locked":true},{"id":"b","label":"x","locked":false},)"
                          R"({"id":"c","label":"x","locked":null},{"id":"d","label":"x"},{"id":"e","label":"x","locked":"no"}]})");
  CHECK(step && step->options.size() == 5);
  CHECK(step->options[0].locked == true && step->options[1].locked == false);
  for (std::size_t i = 2; i < 5; ++i) CHECK(!step->options[i].locked);
}

TEST("a kind that is not known is a step all the same") {
  const auto step = parse(R"({"id":"a","kind":"retina-scan","deep":{"er":[1,2]}})");
  CHECK(step && step->kind == StepKind::unknown);
}

TEST("a step that offers nothing to answer is no step") {
  CHECK(!parse(R"({"id":"a","kind":"choose-factor","options":[]})"));
  CHECK(!parse(R"({"id":"a","kind":"choose-factor","options":"x"})"));
  CHECK(!parse(R"({"id":"a","kind":"choose-accounts"})"));
  CHECK(!parse(R"({"id":"a","kind":"questions","questions":[{"text":"no id"}]})"));
  CHECK(!parse(R"({"id":"a","kind":"linked-password","accounts":[]})"));
  CHECK(!parse(R"({"id":"a","kind":"code","factor":5})"));
}

TEST("lists and numbers are bounded") {
  std::string options;
  for (int i = 0; i < 200; ++i) options += (i ? "," : "") + std::string(R"({"id":"o)") + std::to_string(i) + R"(","label":"x"})";
  const auto step = parse(R"({"id":"a","kind":"choose-accounts","accounts":[)" + options + "]}");
  CHECK(step && step->options.size() == 30);
  const auto waiting = parse(R"({"id":"a","kind":"waiting","for":"manager","pollAfter":1e300})");
  CHECK(waiting && waiting->pollAfter == 60);
  const auto quick = parse(R"({"id":"a","kind":"waiting","for":"manager","pollAfter":-5})");
  CHECK(quick && quick->pollAfter == 1);
}

TEST("verdicts are laid over the rules") {
  std::vector<StepRule> rules = {{"short", "At least 12", RuleState::open}, {"reused", "Not a used one", RuleState::serverDecides}};
  applyVerdicts(rules, *parseJson(R"([{"code":"short","ok":true,"text":"is short"},{"code":"reused","ok":false,"text":"You used it in May"},{"code":"new","ok":false,"text":"Not this"},{"code":"fine","ok":true,"text":"x"}])"));
  CHECK(rules.size() == 3);
  CHECK(rules[0].state == RuleState::met && rules[0].text == "At least 12");
  CHECK(rules[1].state == RuleState::open && rules[1].text == "You used it in May");
  CHECK(rules[2].text == "Not this" && rules[2].state == RuleState::open);
  applyVerdicts(rules, *parseJson(R"([{"code":"reused","ok":"server-decides","text":""}])"));
  CHECK(rules[1].state == RuleState::serverDecides);
}
