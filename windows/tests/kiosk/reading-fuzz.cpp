// Feeds what reads the server's answers with what libFuzzer, or the small mutator in fuzz-main.cpp, comes up with: steps, verdicts, times,
// work, texts, media types, and what goes out of them again as JSON or as a QR code.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "conversation.h"
#include "fake-http.h"
#include "fuzz-target.h"
#include "media-type.h"
#include "qr-code.h"
#include "settings.h"
#include "utf.h"

namespace {

using namespace keyturn;

void require(bool holds, int line = __builtin_LINE()) {
  if (holds) return;
  std::printf("reading-fuzz.cpp:%d does not hold\n", line);
  std::fflush(stdout);
  std::abort();
}

void texts(const std::string& text) {
  for (const std::size_t longest : {std::size_t{0}, std::size_t{5}, std::size_t{300}}) {
    const std::string clean = cleanText(text, longest);
    require(isDisplayText(clean, longest) && cleanText(clean, longest) == clean);
  }
  if (isPathId(text)) require(text.find_first_of("/\\.%?# \r\n") == std::string::npos);
  const SecretString code = withoutSeparators(text);
  require(code.size() <= text.size());
  // What is typed is always text: in anything else, what stood on both sides of a separator may make up another one.
  require(!isUtf8(text) || (isUtf8(code.view()) && withoutSeparators(code.view()).view() == code.view()));
  if (isJsonType(text)) require(text.find('/') == 11);
}

void times(const std::string& text) {
  const auto seconds = parseTime(text);
  if (!seconds) return;
  // The years 0000 to 9999.
  require(*seconds >= -62167219200 && *seconds <= 253402300800);
  require(text.size() >= 20 && text.back() == 'Z' && text.find_first_not_of("0123456789-:.TZ") == std::string::npos);
}

void written(const std::string& text) {
  SecretString body;
  if (!appendJsonString(body, text)) return require(!isUtf8(text) && body.empty());
  const auto read = parseJson(body.view(), {body.size(), 1, 1});
  require(read && read->asString() != nullptr && *read->asString() == text);
}

void drawn(const std::string& text) {
  // A mask is tried eight times for each: a part of the inputs is enough, and tests of every length are in qr-code.test.ts.
  if (text.size() % 32 != 11 && text.size() <= 213) return;
  const auto code = encodeQr(text);
  require(code.has_value() == (text.size() <= 213));
  if (!code) return;
  require(code->size >= 21 && code->size <= 57 && (code->size - 17) % 4 == 0);
  require(code->dark.size() == static_cast<std::size_t>(code->size) * static_cast<std::size_t>(code->size));
  // The middles of the three finder patterns, and the one module that is always dark (sections 6.3.3.1 and 7.9.1).
  require(code->isDark(3, 3) && code->isDark(code->size - 4, 3) && code->isDark(3, code->size - 4) && code->isDark(8, code->size - 8));
}

void answers(const std::string& text) {
  const auto json = parseJson(text, {256 * 1024, 16, 5000});
  if (!json) return;
  std::vector<StepRule> rules = {{"password.too-short", "At least 12 characters", RuleState::open}};
  applyVerdicts(rules, (*json)["verdicts"]);
  require(rules.size() <= 30 && std::all_of(rules.begin(), rules.end(), [](const StepRule& rule) { return isDisplayText(rule.text, 300); }));
  for (const Json* at : {&*json, &(*json)["step"]}) {
    const auto step = parseStep(*at);
    if (!step) continue;
    require(isPathId(step->id) && step->options.size() <= 30 && step->rules.size() <= 30 && step->results.size() <= 30 && step->nextSteps.size() <= 30);
    require(step->codeLength >= 0 && step->codeLength <= 64 && step->pollAfter >= 1 && step->pollAfter <= 60);
    require(isDisplayText(step->message, 1000) && isDisplayText(step->contact, 500) && isDisplayText(step->digits, 10));
    for (const StepOption& option : step->options) require(isDisplayText(option.label, 200) && isDisplayText(option.hint, 300) && option.id.size() <= 256);
    if (step->kind == StepKind::proofOfWork)
      require(step->work.difficulty > 0 && step->work.cost > 0 && step->work.keyPrefix.size() <= step->work.keyLength && !step->work.nonce.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  texts(text);
  times(text);
  written(text);
  drawn(text);
  answers(text);
  return 0;
}

std::vector<std::string> fuzzExamples() {
  return {test::started(test::chooseFactor), test::answered(test::code), test::answered(test::newPassword), test::done, test::handable,
          R"({"step":{"id":"p","kind":"proof-of-work","canGoBack":true,"difficulty":9,"challenge":{"algorithm":"PBKDF2/SHA-256","nonce":"0001","salt":"1011","cost":3,"keyLength":32,"keyPrefix":"cf72"}}})",
          R"({"id":"q","kind":"questions","questions":[{"id":"q1","text":"Dog?","language":"en"}]})",
          R"({"id":"l","kind":"linked-password","canGoBack":true,"accounts":[{"id":"a","label":"alice","locked":true,"selected":false}]})",
          R"({"id":"m","kind":"waiting","canGoBack":true,"for":"manager","digits":"47","pollAfter":8})",
          R"({"id":"r","kind":"refused","code":"x","message":"No.","messageTone":"error","contact":"Call","attemptsLeft":2})",
          R"({"verdicts":[{"code":"password.too-short","ok":false,"text":"short"},{"code":"n","ok":"server-decides","text":"t"}]})",
          "2026-11-22T16:20:42.123Z", "1970-01-01T00:00:00Z", "application/problem+json; charset=utf-8", "application/json", "123 456", "12\xE2\x80\x91" "34\xC2\xA0" "56",
          "https://reset.example.com/go-on#p1.secret"};
}
