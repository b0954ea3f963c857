#include "step.h"

#include <algorithm>

#include "utf.h"

namespace keyturn {
namespace {

constexpr std::size_t mostItems = 30;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (!isDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Days since 1970-01-01 in the Gregorian calendar; the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t daysFromCivil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const unsigned yearOfEra = static_cast<unsigned>(year - era * 400);
  const unsigned dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + static_cast<std::int64_t>(dayOfEra) - 719468;
}

int bounded(const Json& value, int otherwise, int least, int most) {
  const std::optional<double> found = value.asNumber();
  if (!found) return otherwise;
  return static_cast<int>(std::clamp(*found, static_cast<double>(least), static_cast<double>(most)));
}

StepKind kindOf(std::string_view kind) {
  if (kind == "proof-of-work") return StepKind::proofOfWork;
  if (kind == "choose-factor") return StepKind::chooseFactor;
  if (kind == "code") return StepKind::code;
  if (kind == "questions") return StepKind::questions;
  if (kind == "password") return StepKind::password;
  if (kind == "linked-password") return StepKind::linkedPassword;
  if (kind == "passkey") return StepKind::passkey;
  if (kind == "choose-accounts") return StepKind::chooseAccounts;
  if (kind == "new-password") return StepKind::newPassword;
  if (kind == "confirm-unlock") return StepKind::confirmUnlock;
  if (kind == "waiting") return StepKind::waiting;
  if (kind == "done") return StepKind::done;
  if (kind == "refused") return StepKind::refused;
  return StepKind::unknown;
}

std::vector<StepOption> readOptions(const Json& list, std::string_view labelName) {
  std::vector<StepOption> options;
  for (const Json& item : list.items()) {
    const std::string id = item.text("id");
    if (id.empty() || id.size() > 256 || options.size() == mostItems) continue;
    StepOption option;
    option.id = id;
    option.kind = cleanText(item.text("kind"), 40);
    option.label = cleanText(item.text(labelName), 200);
    option.hint = cleanText(item.text("hint"), 300);
    option.selected = item["selected"].asBoolean().value_or(false);
    option.locked = item["locked"].asBoolean();
    options.push_back(std::move(option));
  }
  return options;
}

void readResults(const Json& json, Step& step) {
  for (const Json& item : json["results"].items()) {
    if (step.results.size() == mostItems) break;
    step.results.push_back({cleanText(item["account"].text("label"), 200), cleanText(item.text("outcome"), 40), cleanText(item.text("message"), 500)});
  }
  step.mayFinish = json["mayFinish"].asBoolean().value_or(false);
}

void readNewPassword(const Json& json, Step& step) {
  step.options = readOptions(json["accounts"], "label");
  for (const Json& item : json["rules"].items()) {
    if (step.rules.size() == mostItems) break;
    StepRule rule;
    rule.code = cleanText(item.text("code"), 100);
    rule.text = cleanText(item.text("text"), 300);
    if (rule.text.empty()) continue;
    if (item.text("source") == "server-only") rule.state = RuleState::serverDecides;
    step.rules.push_back(std::move(rule));
  }
  applyVerdicts(step.rules, json["verdicts"]);
  step.mayKeepPassword = json["mayKeepPassword"].asBoolean().value_or(false);
}

void readDone(const Json& json, Step& step) {
  readResults(json, step);
  for (const Json& item : json["nextSteps"].items())
    if (item.asString() != nullptr && step.nextSteps.size() < mostItems) step.nextSteps.push_back(cleanText(*item.asString(), 500));
}

void readCode(const Json& json, Step& step) {
  step.factorKind = cleanText(json["factor"].text("kind"), 40);
  step.codeLength = bounded(json["length"], 0, 0, 64);
  step.resendAt = parseTime(json.text("resendAt"));
  step.expiresAt = parseTime(json.text("expiresAt"));
}

// A step that offers nothing to answer cannot be drawn.
bool isComplete(const Step& step) {
  switch (step.kind) {
    case StepKind::chooseFactor:
    case StepKind::questions:
    case StepKind::linkedPassword:
    case StepKind::chooseAccounts:
      return !step.options.empty();
    case StepKind::code:
      return !step.factorKind.empty();
    default:
      return true;
  }
}

}  // namespace

bool isPathId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string cleanText(std::string_view text, std::size_t longest) {
  const std::optional<std::u16string> units = utf8ToUtf16(text);
  if (!units) return "";
  std::u16string clean;
  std::size_t points = 0;
  for (const char16_t c : *units) {
    const bool isSecondHalf = c >= 0xDC00 && c <= 0xDFFF;
    if (!isSecondHalf && ++points > longest) break;
    const bool isUnfit = c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    clean.push_back(isUnfit ? u' ' : c);
  }
  return utf16ToUtf8(clean).value_or("");
}

std::optional<std::int64_t> parseTime(std::string_view text) {
  // 2026-11-22T16:20:42Z, with or without a fraction.
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() < shape.size() + 1 || text.size() > 40 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '0' ? !isDigit(text[i]) : text[i] != shape[i]) return std::nullopt;
  const std::string_view fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
  if (!fraction.empty() && (fraction.size() < 2 || fraction[0] != '.' || !std::all_of(fraction.begin() + 1, fraction.end(), isDigit)))
    return std::nullopt;
  const int year = *number(text.substr(0, 4));
  const int month = *number(text.substr(5, 2));
  const int day = *number(text.substr(8, 2));
  const int hour = *number(text.substr(11, 2));
  const int minute = *number(text.substr(14, 2));
  const int second = *number(text.substr(17, 2));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = daysFromCivil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

void applyVerdicts(std::vector<StepRule>& rules, const Json& verdicts) {
  for (const Json& item : verdicts.items()) {
    const std::string code = cleanText(item.text("code"), 100);
    const std::optional<bool> ok = item["ok"].asBoolean();
    const RuleState state = !ok ? RuleState::serverDecides : *ok ? RuleState::met : RuleState::open;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const StepRule& known) { return known.code == code; });
    if (rule != rules.end()) {
      // What only the server could judge is told in its words: the rule itself does not say what was wrong.
      const std::string text = cleanText(item.text("text"), 300);
      if (rule->state == RuleState::serverDecides && state == RuleState::open && !text.empty()) rule->text = text;
      rule->state = state;
    } else if (state != RuleState::met && rules.size() < mostItems && !item.text("text").empty()) {
      rules.push_back({code, cleanText(item.text("text"), 300), state});
    }
  }
}

std::optional<Step> parseStep(const Json& json) {
  Step step;
  step.id = json.text("id");
  if (!isPathId(step.id) || json["kind"].asString() == nullptr) return std::nullopt;
  step.kind = kindOf(json.text("kind"));
  step.canGoBack = json["canGoBack"].asBoolean().value_or(false);
  step.canHandOver = json["canHandOver"].asBoolean().value_or(false);
  if (json["attemptsLeft"].asNumber()) step.attemptsLeft = bounded(json["attemptsLeft"], 0, 0, 1000);
  step.message = cleanText(json.text("message"));
  step.messageIsError = json.text("messageTone") == "error";

  switch (step.kind) {
    case StepKind::proofOfWork:
      if (!readWork(json["challenge"], json["difficulty"], step.work)) return std::nullopt;
      break;
    case StepKind::chooseFactor:
      step.options = readOptions(json["options"], "label");
      step.factorsDone = static_cast<int>(std::min(json["done"].items().size(), mostItems));
      break;
    case StepKind::code:
      readCode(json, step);
      break;
    case StepKind::questions:
      step.options = readOptions(json["questions"], "text");
      break;
    case StepKind::linkedPassword:
    case StepKind::chooseAccounts:
      step.options = readOptions(json["accounts"], "label");
      break;
    case StepKind::confirmUnlock:
      step.options = readOptions(json["accounts"], "label");
      readResults(json, step);
      break;
    case StepKind::newPassword:
      readNewPassword(json, step);
      readResults(json, step);
      break;
    case StepKind::waiting:
      step.waitingFor = cleanText(json.text("for"), 40);
      step.digits = cleanText(json.text("digits"), 10);
      step.pollAfter = bounded(json["pollAfter"], 3, 1, 60);
      break;
    case StepKind::done:
      readDone(json, step);
      break;
    case StepKind::refused:
      step.contact = cleanText(json.text("contact"), 500);
      break;
    case StepKind::password:
    case StepKind::passkey:
    case StepKind::unknown:
      break;
  }
  if (!isComplete(step)) return std::nullopt;
  return step;
}

}  // namespace keyturn
