#include "journey-client.h"

#include <algorithm>
#include <utility>

#include "settings.h"
#include "utf.h"

namespace keyturn {
namespace {

constexpr std::size_t tokenLength = 43;  // 256 bits in base64url
constexpr std::size_t longestAddress = 400;

bool isToken(std::string_view text) { return text.size() == tokenLength && isPathId(text); }

Outcome trouble(HttpFailure failure) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::trouble;
  outcome.failure = failure;
  return outcome;
}

// The request id at the end of "urn:keyturn:request:...".
std::string referenceOf(const std::string& instance) {
  const std::size_t colon = instance.rfind(':');
  return cleanText(colon == std::string::npos ? instance : std::string_view(instance).substr(colon + 1), 80);
}

// One JSON object with one member.
bool appendMember(SecretString& body, std::string_view name, std::string_view text) {
  body.append("{");
  if (!appendJsonString(body, name)) return false;
  body.append(":");
  if (!appendJsonString(body, text)) return false;
  body.append("}");
  return true;
}

}  // namespace

bool appendJsonString(SecretString& body, std::string_view text) {
  if (!isUtf8(text)) return false;
  body.append("\"");
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      const char escaped[] = {'\\', c};
      body.append({escaped, 2});
    } else if (byte < 0x20) {
      constexpr char digits[] = "0123456789abcdef";
      const char escaped[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
      body.append({escaped, 6});
    } else {
      body.append({&c, 1});
    }
  }
  body.append("\"");
  return true;
}

JourneyClient::JourneyClient(IHttp& http, std::string version, std::string language)
    : http_(http), version_(std::move(version)), language_(std::move(language)) {}

std::optional<std::int64_t> JourneyClient::untilAnswer(const std::optional<std::int64_t>& time) const {
  if (!time || !date_) return std::nullopt;
  return std::clamp<std::int64_t>(*time - *date_, 0, 24 * 60 * 60);
}

Outcome JourneyClient::call(std::string_view method, std::string path, const SecretString& body, Json& answer) {
  HttpRequest request;
  request.method = method;
  request.path = "/api/v1" + path;
  request.language = language_;
  request.token = token_;
  request.body = body;
  const HttpResponse response = http_.send(request);
  if (response.failure != HttpFailure::none) return trouble(response.failure);
  date_ = response.date;
  if (response.status == 204) return {};

  JsonLimits limits;
  limits.bytes = 256 * 1024;
  limits.depth = 16;
  limits.values = 5000;
  std::optional<Json> json = parseJson(response.body.view(), limits);
  if (!json || json->kind() != Json::Kind::object) return trouble(HttpFailure::badAnswer);
  answer = std::move(*json);
  if (response.status == 200 || response.status == 201) return {};

  Outcome outcome;
  outcome.kind = Outcome::Kind::problem;
  outcome.code = cleanText(answer.text("code"), 100);
  outcome.title = cleanText(answer.text("title"), 500);
  outcome.reference = referenceOf(answer.text("instance"));
  if (outcome.code.empty()) return trouble(HttpFailure::badAnswer);
  return outcome;
}

Outcome JourneyClient::takeStep(const Json& json) {
  std::optional<Step> step = parseStep(json["step"]);
  if (!step) return trouble(HttpFailure::badAnswer);
  if (const auto expiresAt = parseTime(json.text("expiresAt"))) expiresAt_ = expiresAt;
  step_ = std::move(step);
  return {};
}

Outcome JourneyClient::loadSite(Site& site) {
  Json json;
  const Outcome outcome = call("GET", "/site", {}, json);
  if (outcome.kind != Outcome::Kind::ok) return outcome;
  if (json["organisation"].asString() == nullptr) return trouble(HttpFailure::badAnswer);
  site.organisation = cleanText(json.text("organisation"), 100);
  site.supportContact = cleanText(json.text("supportContact"), 300);
  site.goals.clear();
  for (const Json& goal : json["goals"].items())
    if (goal.asString() != nullptr && site.goals.size() < 10) site.goals.push_back(*goal.asString());
  return outcome;
}

Outcome JourneyClient::start(std::string_view goal, std::string_view account) {
  forget();
  SecretString body("{\"goal\":");
  bool fits = appendJsonString(body, goal);
  body.append(",\"account\":");
  fits = appendJsonString(body, account) && fits;
  body.append(",\"locale\":");
  fits = appendJsonString(body, language_) && fits;
  body.append(",\"client\":{\"kind\":\"windows-logon\",\"version\":");
  fits = appendJsonString(body, version_) && fits;
  body.append("}}");
  if (!fits) return trouble(HttpFailure::badAnswer);

  Json json;
  const Outcome outcome = call("POST", "/journeys", body, json);
  if (outcome.kind != Outcome::Kind::ok) return outcome;
  const std::string* token = json["token"].asString();
  if (token == nullptr || !isToken(*token)) return trouble(HttpFailure::badAnswer);
  const Outcome taken = takeStep(json);
  if (taken.kind == Outcome::Kind::ok) token_ = SecretString(*token);
  json.wipe();
  return taken;
}

Outcome JourneyClient::refresh() {
  Json json;
  const Outcome outcome = call("GET", "/journeys/current", {}, json);
  return outcome.kind == Outcome::Kind::ok ? takeStep(json) : outcome;
}

Outcome JourneyClient::answer(const SecretString& body) {
  if (!step_ || !isOpen()) return trouble(HttpFailure::badAnswer);
  Json json;
  const Outcome outcome = call("POST", "/journeys/current/steps/" + step_->id, body, json);
  if (outcome.kind == Outcome::Kind::ok) return takeStep(json);
  // An answer that had arrived already, sent again because its own answer was lost: go on where the journey stands.
  return outcome.hasPassed() && json["step"].kind() == Json::Kind::object ? takeStep(json) : outcome;
}

Outcome JourneyClient::chooseFactor(std::string_view option) {
  SecretString body;
  return appendMember(body, "option", option) ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::sendCode(const SecretString& code) {
  SecretString body;
  return appendMember(body, "code", code.view()) ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::resendCode() { return answer(SecretString("{\"resend\":true}")); }
Outcome JourneyClient::goBack() { return answer(SecretString("{\"back\":true}")); }
Outcome JourneyClient::sendWork(const std::string& solution) { return answer(SecretString(solution)); }
Outcome JourneyClient::keepPassword() { return answer(SecretString("{\"keepPassword\":true}")); }
Outcome JourneyClient::confirmUnlock() { return answer(SecretString("{\"confirm\":true}")); }
Outcome JourneyClient::finish() { return answer(SecretString("{\"finish\":true}")); }
Outcome JourneyClient::poll() { return answer(SecretString("{}")); }

Outcome JourneyClient::answerQuestions(const std::vector<NamedSecret>& answers) {
  SecretString body("{\"answers\":[");
  bool fits = true;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    body.append(i > 0 ? ",{\"question\":" : "{\"question\":");
    fits = appendJsonString(body, answers[i].id) && fits;
    body.append(",\"answer\":");
    fits = appendJsonString(body, answers[i].value.view()) && fits;
    body.append("}");
  }
  body.append("]}");
  return fits ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::proveLinked(std::string_view account, const SecretString& password) {
  SecretString body("{\"account\":");
  bool fits = appendJsonString(body, account);
  body.append(",\"password\":");
  fits = appendJsonString(body, password.view()) && fits;
  body.append("}");
  return fits ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::chooseAccounts(const std::vector<std::string>& accounts) {
  SecretString body("{\"accounts\":[");
  bool fits = true;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (i > 0) body.append(",");
    fits = appendJsonString(body, accounts[i]) && fits;
  }
  body.append("]}");
  return fits ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::sendPassword(const SecretString& password) {
  SecretString body;
  return appendMember(body, "password", password.view()) ? answer(body) : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::checkPassword(const SecretString& password) {
  if (!step_ || step_->kind != StepKind::newPassword || !isOpen()) return trouble(HttpFailure::badAnswer);
  SecretString body;
  if (!appendMember(body, "password", password.view())) return trouble(HttpFailure::badAnswer);
  Json json;
  const Outcome outcome = call("POST", "/journeys/current/password-check", body, json);
  if (outcome.kind == Outcome::Kind::ok) applyVerdicts(step_->rules, json["verdicts"]);
  return outcome;
}

Outcome JourneyClient::offerToPhone(PhoneOffer& offer) {
  if (!isOpen()) return trouble(HttpFailure::badAnswer);
  Json json;
  const Outcome outcome = call("POST", "/journeys/current/phones", SecretString("{}"), json);
  if (outcome.kind != Outcome::Kind::ok) return outcome;
  offer.phone = json.text("phone");
  offer.address = json.text("address");
  json.wipe();
  const bool isAddress = offer.address.rfind("https://", 0) == 0 && isDisplayText(offer.address, longestAddress);
  return isPathId(offer.phone) && isAddress ? outcome : trouble(HttpFailure::badAnswer);
}

Outcome JourneyClient::phoneProgress(const PhoneOffer& offer, PhoneProgress& progress) {
  Json json;
  const Outcome outcome = call("GET", "/journeys/current/phones/" + offer.phone, {}, json);
  if (outcome.kind != Outcome::Kind::ok) return outcome;
  const std::string told = json.text("progress");
  progress = told == "offered" ? PhoneProgress::offered : told == "opened" ? PhoneProgress::opened : told == "let-in" ? PhoneProgress::letIn : PhoneProgress::over;
  return outcome;
}

Outcome JourneyClient::handOver(const PhoneOffer& offer, const SecretString& digits) {
  SecretString body;
  if (!appendMember(body, "digits", digits.view())) return trouble(HttpFailure::badAnswer);
  Json json;
  const Outcome outcome = call("POST", "/journeys/current/phones/" + offer.phone, body, json);
  return outcome.kind == Outcome::Kind::ok ? takeStep(json) : outcome;
}

void JourneyClient::cancel() {
  if (isOpen()) {
    Json json;
    call("DELETE", "/journeys/current", {}, json);
  }
  forget();
}

void JourneyClient::forget() {
  token_.clear();
  step_.reset();
  expiresAt_.reset();
}

}  // namespace keyturn
