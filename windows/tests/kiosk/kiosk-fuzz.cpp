// Plays a server that answers anything: good answers changed byte by byte, in any order, with any failure between. Whatever it
// says, the conversation must answer with a page that can be drawn, and must send nothing outside its own paths.
// Argument: number of conversations. The seed is fixed: a run is the same on every machine.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "conversation.h"
#include "fake-http.h"
#include "settings.h"

namespace {

using namespace keyturn;

std::mt19937 random(20260101);
std::size_t below(std::size_t n) { return static_cast<std::size_t>(random()) % n; }

void require(bool holds, const char* what) {
  if (holds) return;
  std::printf("broken: %s\n", what);
  std::abort();
}

// Solved by counter 7; some of what a change leaves can be solved still, some cannot.
const std::string work =
    R"({"id":"p","kind":"proof-of-work","canGoBack":true,"difficulty":9,"challenge":{"algorithm":"PBKDF2/SHA-256","nonce":"000102030405060708090a0b0c0d0e0f",)"
    R"("salt":"101112131415161718191a1b1c1d1e1f","cost":3,"keyLength":32,"keyPrefix":"cf72"}})";

const std::vector<std::string>& examples() {
  static const std::vector<std::string> all = {
      test::site, test::started(test::chooseFactor), test::started(test::newPassword), test::answered(test::code), test::answered(test::newPassword),
      test::answered(test::done), test::answered(R"({"id":"w","kind":"waiting","canGoBack":false,"for":"directory","pollAfter":2})"),
      test::answered(R"({"id":"r","kind":"refused","canGoBack":false,"code":"x","message":"No.","contact":"Call"})"),
      test::answered(R"({"id":"q","kind":"questions","canGoBack":true,"questions":[{"id":"q1","text":"Dog?","language":"en"}]})"),
      test::answered(R"({"id":"c","kind":"choose-accounts","accounts":[{"id":"a","label":"alice","locked":true,"selected":true}]})"),
      test::answered(R"({"id":"l","kind":"linked-password","canGoBack":true,"accounts":[{"id":"a","label":"alice"},{"id":"b","label":"alice at the laboratory"}]})"),
      test::answered(R"({"id":"o","kind":"password","canGoBack":true})"), test::answered(R"({"id":"k","kind":"passkey","canGoBack":true})"),
      test::answered(R"({"id":"p","kind":"waiting","canGoBack":false,"for":"phone","pollAfter":2})"), test::answered(test::handable),
      test::phoneOffer, R"({"progress":"offered"})", R"({"progress":"opened"})", R"({"progress":"let-in"})", R"({"progress":"over"})",
      R"({"type":"x","title":"Wrong","status":422,"code":"phone.digits-wrong"})",
      test::answered(R"({"id":"m","kind":"waiting","canGoBack":true,"for":"manager","digits":"47","pollAfter":8})"),
      test::answered(R"({"id":"n","kind":"new-password","accounts":[],"rules":[],"mayKeepPassword":true,"results":[{"account":{"label":"alice"},"outcome":"password-reset","message":"Set."}],"mayFinish":true})"),
      test::answered(R"({"id":"u","kind":"confirm-unlock","accounts":[{"id":"a","label":"alice"}]})"),
      test::started(work), test::answered(work),
      test::answered(R"({"id":"c","kind":"choose-accounts","accounts":[{"id":"a","label":"alice","locked":null,"selected":false}]})"),
      R"({"type":"x","title":"Slow","status":429,"code":"guard.slow-down","instance":"urn:keyturn:request:7","retryAfter":9})",
      R"({"type":"x","title":"Passed","status":409,"code":"journey.step-passed","step":)" + test::code + "}",
      R"({"type":"x","title":"Passed","status":409,"code":"journey.step-passed"})", R"({"type":"x","title":"Over","status":410,"code":"phone.over"})",
      R"({"verdicts":[{"code":"password.too-short","ok":false,"text":"short"},{"code":"n","ok":"server-decides","text":"t"}],"acceptable":false})", "", "{}", "[1e999]"};
  return all;
}

std::string changed(std::string text) {
  const char dictionary[] = "\"\\{}[]:,0129eE.-u\x01\x80\xC3\xE2\xED\xF0\xFF nulltruefalse";
  for (std::size_t changes = below(3) == 0 ? below(8) : 0; changes > 0; --changes) {
    const std::size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        text.insert(at, 1, dictionary[below(sizeof dictionary - 1)]);
        break;
      case 1:
        if (at < text.size()) text[at] = dictionary[below(sizeof dictionary - 1)];
        break;
      case 2:
        text.erase(at, below(6));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(64)));
        break;
      default:
        text.insert(at, std::string(below(3000), dictionary[below(sizeof dictionary - 1)]));
    }
  }
  return text;
}

long slices = 0;
long answersOfWork = 0;

class HostileServer : public IHttp {
 public:
  std::size_t sent = 0;
  HttpResponse send(const HttpRequest& request) override {
    ++sent;
    if (request.body.view().find("\"derivedKey\"") != std::string_view::npos) ++answersOfWork;
    require(request.path.rfind("/api/v1/", 0) == 0 && request.path.find_first_of(" ?#%\\\r\n") == std::string::npos && request.path.find("..") == std::string::npos,
            "a path of its own");
    require(request.token.empty() || (request.token.size() == 43 && isPathId(request.token.view())), "a token that adds no header");
    require(request.body.empty() || parseJson(request.body.view()).has_value(), "a body that is JSON");
    HttpResponse response;
    response.failure = below(10) == 0 ? static_cast<HttpFailure>(1 + below(10)) : HttpFailure::none;
    const int statuses[] = {200, 200, 200, 201, 201, 204, 400, 404, 409, 429, 500, 0, -1, 302};
    response.status = statuses[below(sizeof statuses / sizeof *statuses)];
    if (below(3) != 0) response.date = static_cast<std::int64_t>(random()) * (below(2) == 0 ? 1 : -400);
    // Often an answer that fits the question: else few conversations would come further than their first page.
    const std::string& any = examples()[below(examples().size())];
    const bool fits = below(2) == 0;
    if (fits) response.status = request.method == "POST" && request.path == "/api/v1/journeys" ? 201 : 200;
    response.body = SecretString(changed(fits && request.path == "/api/v1/site"       ? test::site
                                         : fits && request.path == "/api/v1/journeys" ? test::started(below(2) == 0 ? work : test::chooseFactor)
                                                                                      : any));
    return response;
  }
};

void requireText(const std::string& text) {
  require(isDisplayText(text, 4000), "text that can be shown");
}

void requireDrawable(const Page& page) {
  require(!page.title.empty() && (!page.buttons.empty() || page.pollAfter > 0), "a page with a title and a way on");
  require(!page.goesOn || (!page.isFinal && page.pollAfter == 0 && page.onEscape == Action::askToStop), "work that can be stopped");
  require(!page.isCalculating || page.goesOn, "a calculation that goes on");
  require(page.pollAfter >= 0 && page.pollAfter <= 60, "a bounded wait");
  require(!page.expiresIn || (*page.expiresIn >= 0 && *page.expiresIn <= 86400), "a bounded life");
  require(page.choices.size() <= 30 && page.fields.size() <= 30 && page.rules.size() <= 30 && page.paragraphs.size() <= 40 && page.after.size() <= 5 && page.buttons.size() <= 5,
          "a bounded page");
  for (const std::string* text : {&page.title, &page.notice, &page.shown, &page.portal, &page.code, &page.progress, &page.organisation, &page.windowTitle}) requireText(*text);
  for (const std::string& text : page.paragraphs) requireText(text);
  for (const auto& rule : page.rules) requireText(rule.second);
  for (const Choice& choice : page.choices) requireText(choice.label + choice.hint);
  for (const Field& field : page.fields) requireText(field.label);
}

void converse() {
  HostileServer server;
  const test::NumberTexts texts;
  ConversationOptions options;
  options.language = "en";
  options.version = "1";
  options.workSlice = std::chrono::milliseconds(0);
  Conversation conversation(server, texts, options);
  Page page = conversation.open();
  requireDrawable(page);
  for (int i = 0; i < 20; ++i) {
    Inputs inputs;
    for (const Field& field : page.fields) inputs.fields.push_back({field.id, SecretString(below(4) == 0 ? changed("alice") : below(2) == 0 ? "12345678" : "123456")});
    if (!page.choices.empty()) inputs.choices.push_back(page.choices[below(page.choices.size())].id);
    // Mostly what the page offers, sometimes what it does not.
    const Action action = below(5) == 0 || page.buttons.empty() ? static_cast<Action>(below(13)) : page.buttons[below(page.buttons.size())].action;
    if (below(6) == 0) requireDrawable(conversation.check(SecretString("secret")).first);
    const std::size_t sent = server.sent;
    // As the window does: while there is work, it mostly goes on with it.
    const bool isWork = page.goesOn && below(8) != 0;
    const bool isCalculation = isWork && page.isCalculating;
    page = isWork ? conversation.perform(Action::poll, {}) : below(20) == 0 ? conversation.expire() : conversation.perform(action, std::move(inputs));
    if (isCalculation) {
      require(server.sent == sent || !conversation.isInJourney(), "a calculation that asks nobody");
      ++slices;
    }
    requireDrawable(page);
  }
  conversation.close(true);
  require(!conversation.isInJourney(), "an end that forgets the token");
}

}  // namespace

int main(int count, char** arguments) {
  const long conversations = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 3000;
  for (long i = 0; i < conversations; ++i) converse();
  std::printf("%ld slices of work, %ld answers to it\n", slices, answersOfWork);
  require(conversations < 1000 || (slices > 100 && answersOfWork > 10), "work that is done");
  std::printf("%ld conversations, no fault\n", conversations);
  return 0;
}
