#include "check.h"
#include "talk.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

// Work whose solution is counter 7 if `prefix` is that of its key.
std::string workStep(const std::string& id, const std::string& prefix = "cf726527339fbac9a7d3077883360766", bool canGoBack = false) {
  return R"({"id":")" + id + R"(","kind":"proof-of-work","canGoBack":)" + (canGoBack ? "true" : "false") +
         R"(,"difficulty":20,"challenge":{"algorithm":"PBKDF2/SHA-256","nonce":"000102030405060708090a0b0c0d0e0f",)" +
         R"("salt":"101112131415161718191a1b1c1d1e1f","cost":3,"keyLength":32,"keyPrefix":")" + prefix + R"("}})";
}
const std::string noPrefix(32, 'f');

// A conversation that is asked for work after the name; one try makes a slice.
struct Work : Talk {
  Page page;
  explicit Work(const std::string& step) : Talk(KioskGoal::resetPassword, std::chrono::milliseconds(0)) {
    http.answer(200, site);
    http.answer(201, started(step));
    conversation.open();
    page = send("alice");
  }
  // Polls while the page only calculates; how many slices it took.
  int calculate() {
    int slices = 0;
    while (page.isCalculating && slices < 100) {
      page = act(Action::poll);
      ++slices;
    }
    return slices;
  }
};

}  // namespace

TEST("work that the server asks for is done in slices, and its answer goes by itself") {
  Work talk(workStep("w1"));
  CHECK(talk.page.goesOn && talk.page.isCalculating);
  CHECK(talk.page.buttons.back().action == Action::askToStop && !offers(talk.page, Action::back));
  CHECK(says(talk.page.paragraphs[1], TEXT_WORK_PROGRESS) && talk.page.paragraphs[1].find(" 0") != std::string::npos);
  const std::size_t before = talk.http.sent.size();
  CHECK(talk.calculate() == 8);
  // What is shown is of the tries at most: never more than is done.
  CHECK(talk.page.paragraphs[1].find(" 40") != std::string::npos);
  CHECK(talk.http.sent.size() == before);
  // Sending is a call of its own: the window waits for the server then.
  CHECK(talk.page.goesOn && !talk.page.isCalculating);
  talk.http.fail(HttpFailure::unreachable);
  talk.page = talk.act(Action::poll);
  // It was done and did not arrive: it is sent again, without being done again.
  CHECK(!talk.page.goesOn && talk.page.pollAfter > 0 && says(talk.page.notice, TEXT_TROUBLE_NETWORK));
  CHECK(talk.page.paragraphs[1].find(" 40") != std::string::npos);
  talk.http.answer(200, answered(code));
  talk.page = talk.act(Action::poll);
  CHECK(!talk.page.goesOn && !talk.page.isCalculating);
  CHECK(talk.http.sent.back().body.find("\"counter\":7") != std::string::npos);
  CHECK(talk.http.sent.back().path == "/api/v1/journeys/current/steps/w1");
}

TEST("work is stopped after a question, and goes on where it was if the answer is no") {
  Work talk(workStep("w1"));
  talk.act(Action::poll);
  const Page before = talk.act(Action::poll);
  CHECK(says(talk.act(Action::askToStop).title, TEXT_STOP_TITLE));
  const Page after = talk.act(Action::goOn);
  CHECK(after.isCalculating && after.paragraphs[1] == before.paragraphs[1]);
  talk.page = after;
  CHECK(talk.calculate() == 6);
}

TEST("work that was done stays done when the step is read again") {
  Work talk(workStep("w1"));
  talk.calculate();
  talk.http.answer(200, answered(workStep("w1")));
  talk.page = talk.act(Action::retry);
  CHECK(talk.page.goesOn && !talk.page.isCalculating && talk.page.paragraphs[1].find(" 40") != std::string::npos);
}

TEST("work before another code can be left for the code that was sent") {
  Work talk(workStep("w1", noPrefix, true));
  CHECK(talk.page.buttons.front().action == Action::back && says(talk.page.buttons.front().label, TEXT_WORK_BACK));
  talk.act(Action::poll);
  talk.http.answer(200, answered(code));
  talk.page = talk.act(Action::back);
  CHECK(talk.http.sent.back().body == "{\"back\":true}" && says(talk.page.title, TEXT_CODE_TITLE_EMAIL) && !talk.page.goesOn);
}

TEST("work that the server did not take is done anew for its new challenge") {
  Work talk(workStep("w1"));
  talk.calculate();
  talk.http.answer(200, answered(workStep("w2")));
  talk.page = talk.act(Action::poll);
  CHECK(talk.page.isCalculating && talk.page.paragraphs[1].find(" 0") != std::string::npos);
  CHECK(talk.calculate() == 8);
}

TEST("work that has no solution is the server's fault: its journey ends, and one may try again") {
  Work talk(workStep("w1", noPrefix));
  CHECK(talk.calculate() == 20);
  CHECK(says(talk.page.notice, TEXT_TROUBLE_ANSWER) && offers(talk.page, Action::retry) && !talk.page.goesOn && talk.page.pollAfter == 0);
  CHECK(talk.troubles == std::vector<HttpFailure>{HttpFailure::badAnswer});
  CHECK(talk.http.sent.back().method == "DELETE" && !talk.conversation.isInJourney());
}

TEST("work is not sent again by itself over a connection that is not trusted") {
  Work talk(workStep("w1"));
  talk.calculate();
  talk.http.fail(HttpFailure::pinMismatch);
  talk.page = talk.act(Action::poll);
  CHECK(says(talk.page.title, TEXT_PIN_TITLE) && !talk.page.goesOn && talk.page.pollAfter == 0);
}

TEST("an account is called locked where that is known, and nothing else is said of it") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"s5","kind":"choose-accounts","canGoBack":false,"accounts":[{"id":"a","label":"known","locked":true,"selected":true},)"
                                R"({"id":"b","label":"open","locked":false,"selected":true},{"id":"c","label":"hidden","locked":null,"selected":true},)"
                                R"({"id":"d","label":"untold","selected":true}]})"));
  talk.conversation.open();
  const Page page = talk.send("alice");
  CHECK(page.choices.size() == 4 && says(page.choices[0].label, TEXT_ACCOUNTS_LOCKED));
  CHECK(page.choices[1].label == "open" && page.choices[2].label == "hidden" && page.choices[3].label == "untold");
}

TEST("one way to prove it is a choice of one, chosen already") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"s1","kind":"choose-factor","canGoBack":false,"options":[{"id":"o1","kind":"email"}],"accepted":[],"done":[]})"));
  talk.conversation.open();
  const Page page = talk.send("alice");
  CHECK(page.choices.size() == 1 && page.choices[0].selected && page.buttons.front().action == Action::submit);
}

TEST("a whole reset is a sequence of pages") {
  Talk talk;
  talk.http.answer(200, site);
  Page page = talk.conversation.open();
  CHECK(says(page.title, TEXT_ACCOUNT_TITLE) && page.organisation == "Harbour Hospital" && page.fields.size() == 1);
  talk.http.answer(201, started(chooseFactor));
  page = talk.send("  alice ");
  CHECK(talk.http.sent.back().body.find("\"account\":\"alice\"") != std::string::npos);
  CHECK(says(page.title, TEXT_FACTOR_TITLE) && page.expiresIn == 600);
  CHECK(page.choices.size() == 2 && page.choices[0].selected);  // a passkey cannot be used here
  talk.http.answer(200, answered(code));
  page = talk.choose("o1");
  CHECK(says(page.title, TEXT_CODE_TITLE_EMAIL) && offers(page, Action::resend) && offers(page, Action::back));
  CHECK(page.buttons[1].enabledAfter == 30);
  talk.http.answer(200, answered(newPassword));
  page = talk.send(" 123\xC2\xA0" "4-5\xE2\x80\x91" "6 ");
  CHECK(talk.http.sent.back().body == R"({"code":"123456"})");
  CHECK(says(page.title, TEXT_PASSWORD_TITLE) && page.rules.size() == 2 && offers(page, Action::keepPassword) && page.keepsInput);
  talk.http.answer(200, R"({"verdicts":[{"code":"password.too-short","ok":true,"text":"x"}],"acceptable":true})");
  const auto checked = talk.conversation.check(SecretString("a quiet harbour at noon"));
  CHECK(checked.second && checked.first.rules[0].first == RuleState::met);
  talk.http.answer(200, answered(done));
  page = talk.send("a quiet harbour at noon");
  CHECK(says(page.title, TEXT_DONE_RESET) && page.isFinal && page.isReached && page.paragraphs[0] == "Set.");
  const std::size_t calls = talk.http.sent.size();
  talk.conversation.close(true);
  CHECK(talk.http.sent.size() == calls);
}

TEST("before and after a reset it is said what this computer knows while it is away from its network") {
  Talk talk;
  talk.toCode();
  talk.http.answer(200, answered(newPassword));
  Page page = talk.send("123456");
  const auto tells = [](const Page& one) {
    return std::any_of(one.after.begin(), one.after.end(), [](const std::string& line) { return says(line, TEXT_AWAY); });
  };
  CHECK(page.writes && tells(page));
  talk.http.answer(200, answered(done));
  page = talk.send("correct horse battery");
  CHECK(page.isReached && tells(page) && page.patience >= 600);
  talk.http.answer(201, started(R"({"id":"s9","kind":"done","canGoBack":false,"results":[{"account":{"id":"a","label":"alice"},"outcome":"unlocked","message":"x"}],"nextSteps":[]})"));
  CHECK(!tells(talk.act(Action::startAgain)));
}

TEST("where a code or a person is waited for, not typing is ordinary") {
  Talk talk;
  talk.toCode();
  talk.http.answer(200, answered(code));
  CHECK(talk.act(Action::resend).patience == 600);
  talk.http.answer(200, answered(R"({"id":"w","kind":"waiting","canGoBack":false,"waitingFor":"manager","pollAfter":5})"));
  CHECK(talk.act(Action::resend).patience > 3600);
}

TEST("a code of the wrong length costs no attempt") {
  Talk talk;
  talk.toCode();
  const std::size_t calls = talk.http.sent.size();
  CHECK(says(talk.send("12345").notice, TEXT_CODE_WRONG_LENGTH));
  CHECK(says(talk.send(" - ").notice, TEXT_CODE_MISSING));
  CHECK(talk.http.sent.size() == calls);
}

TEST("an empty or unfit name is not sent") {
  Talk talk;
  talk.http.answer(200, site);
  talk.conversation.open();
  CHECK(says(talk.send("   ").notice, TEXT_ACCOUNT_MISSING));
  CHECK(says(talk.send("a\x01" "b").notice, TEXT_ACCOUNT_MISSING));
  CHECK(says(talk.send(std::string(257, 'a')).notice, TEXT_ACCOUNT_MISSING));
  CHECK(talk.http.sent.size() == 1);
}

TEST("a server that cannot be reached at first can be tried again") {
  Talk talk;
  talk.http.fail(HttpFailure::unreachable);
  Page page = talk.conversation.open();
  CHECK(says(page.title, TEXT_OFFLINE_TITLE) && offers(page, Action::retry) && page.tone == Tone::error);
  talk.http.answer(200, site);
  page = talk.act(Action::retry);
  CHECK(says(page.title, TEXT_ACCOUNT_TITLE));
  CHECK(talk.troubles == std::vector<HttpFailure>{HttpFailure::unreachable});
}

TEST("certificate and pin have messages of their own, at any time") {
  const std::pair<HttpFailure, unsigned> cases[] = {{HttpFailure::certificate, TEXT_CERTIFICATE_TITLE},
                                                    {HttpFailure::wrongTime, TEXT_CERTIFICATE_TITLE},
                                                    {HttpFailure::wrongName, TEXT_CERTIFICATE_TITLE},
                                                    {HttpFailure::pinMismatch, TEXT_PIN_TITLE}};
  for (const auto& [failure, text] : cases) {
    Talk first;
    first.http.fail(failure);
    CHECK(says(first.conversation.open().title, text));
    Talk later;
    later.toCode();
    later.http.fail(failure);
    const Page page = later.send("123456");
    CHECK(says(page.title, text) && page.fields.empty());
    later.http.answer(200, answered(code));
    CHECK(says(later.act(Action::retry).title, TEXT_CODE_TITLE_EMAIL));
  }
}

TEST("each failure is told as what it is, and an alarm is given for another key alone") {
  const std::pair<HttpFailure, unsigned> cases[] = {
      {HttpFailure::unreachable, TEXT_OFFLINE_TEXT},          {HttpFailure::timedOut, TEXT_OFFLINE_TEXT},
      {HttpFailure::pinNotKnown, TEXT_OFFLINE_TEXT},          {HttpFailure::certificate, TEXT_CERTIFICATE_TEXT},
      {HttpFailure::wrongTime, TEXT_CERTIFICATE_TIME},        {HttpFailure::wrongName, TEXT_CERTIFICATE_NAME},
      {HttpFailure::pinMismatch, TEXT_PIN_TEXT},              {HttpFailure::proxyAuthentication, TEXT_TROUBLE_PROXY},
      {HttpFailure::intercepted, TEXT_TROUBLE_INTERCEPTED},   {HttpFailure::badAnswer, TEXT_TROUBLE_ANSWER}};
  for (const auto& [failure, text] : cases) {
    Talk talk;
    talk.http.fail(failure);
    const Page page = talk.conversation.open();
    CHECK(says(page.notice, text) && says(page.title, TEXT_PIN_TITLE) == (failure == HttpFailure::pinMismatch));
  }
}

TEST("a lost connection in the middle keeps the page and what was typed") {
  Talk talk;
  talk.toCode();
  talk.http.fail(HttpFailure::timedOut);
  const Page page = talk.send("123456");
  CHECK(says(page.title, TEXT_CODE_TITLE_EMAIL) && says(page.notice, TEXT_TROUBLE_NETWORK) && page.keepsInput);
}

TEST("a journey that is over is said to be over") {
  for (const char* problem : {"journey.expired", "journey.not-found", "journey.token-missing"}) {
    Talk talk;
    talk.toCode();
    talk.http.answer(404, std::string(R"({"title":"Over","status":404,"code":")") + problem + "\"}");
    const Page page = talk.send("123456");
    CHECK_NOTE(says(page.title, TEXT_ENDED_TITLE) && page.isFinal && offers(page, Action::startAgain), problem);
    CHECK(says(talk.act(Action::startAgain).title, TEXT_ACCOUNT_TITLE));
  }
}

TEST("waiting polls, and keeps polling without a server") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"w","kind":"waiting","canGoBack":false,"for":"directory","pollAfter":2})"));
  talk.conversation.open();
  Page page = talk.send("alice");
  CHECK(page.pollAfter == 2 && says(page.title, TEXT_WAITING_TITLE));
  talk.http.fail(HttpFailure::unreachable);
  page = talk.act(Action::poll);
  CHECK(page.pollAfter == 5 && says(page.notice, TEXT_WAITING_OFFLINE));
  CHECK(says(talk.act(Action::askToStop).paragraphs[0], TEXT_STOP_TEXT_WRITING));
  CHECK(talk.act(Action::goOn).pollAfter == 5);
  talk.http.answer(200, answered(done));
  CHECK(talk.act(Action::poll).isReached);
}

TEST("a step this client cannot draw names the portal") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"x","kind":"retina-scan","canGoBack":false})"));
  talk.conversation.open();
  Page page = talk.send("alice");
  CHECK(says(page.title, TEXT_UNKNOWN_TITLE) && page.portal == "https://reset.example.com/");
  talk.http.answer(201, started(R"({"id":"x","kind":"choose-factor","options":[{"id":"p","kind":"passkey"}]})"));
  talk.act(Action::startAgain);
  CHECK(says(talk.send("alice").title, TEXT_UNKNOWN_TITLE));
}

TEST("a goal the organisation does not offer ends before any question") {
  Talk talk(KioskGoal::unlockAccount);
  talk.http.answer(200, site);
  const Page page = talk.conversation.open();
  CHECK(says(page.title, TEXT_REFUSED_TITLE) && page.isFinal && page.fields.empty());
}

TEST("questions must all be answered") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"q","kind":"questions","canGoBack":true,"questions":[{"id":"q1","text":"Dog?","language":"en"},{"id":"q2","text":"Town?","language":"en"}]})"));
  talk.conversation.open();
  Page page = talk.send("alice");
  CHECK(page.fields.size() == 2 && page.fields[1].label == "Town?");
  // Words of a language: an input method may be needed to write them.
  CHECK(page.fields[0].kind == FieldKind::answer);
  Inputs half;
  half.fields.push_back({"q1", SecretString("Rex")});
  half.fields.push_back({"q2", SecretString()});
  CHECK(offers(page, Action::back));
  CHECK(says(talk.conversation.perform(Action::submit, std::move(half)).notice, TEXT_QUESTIONS_MISSING));
  Inputs whole;
  whole.fields.push_back({"q1", SecretString("Rex")});
  whole.fields.push_back({"q2", SecretString("Br\"ook")});
  talk.http.answer(200, answered(code));
  talk.conversation.perform(Action::submit, std::move(whole));
  CHECK(talk.http.sent.back().body == R"({"answers":[{"question":"q1","answer":"Rex"},{"question":"q2","answer":"Br\"ook"}]})");
}

TEST("values put into a text are not searched for places themselves") {
  const NumberTexts texts;
  CHECK(static_cast<const ITexts&>(texts).text(7, {"{0}{0}"}) == "#7 {0}{0}");
}

TEST("a way that this screen has not is told beside the others, with the place where it is") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"s1","kind":"choose-factor","canGoBack":false,"options":[{"id":"o1","kind":"passkey"},{"id":"o2","kind":"questions"},)"
                                R"({"id":"o3","kind":"linked-account"},{"id":"o4","kind":"manager"},{"id":"o5","kind":"password"},{"id":"o6","kind":"recovery-code"}],"accepted":[],"done":[]})"));
  talk.conversation.open();
  const Page page = talk.send("alice");
  CHECK(page.choices.size() == 5 && page.choices[0].id == "o2" && page.choices[0].selected);
  CHECK(says(page.after[0], TEXT_FACTOR_ELSEWHERE));
  for (const Choice& choice : page.choices) CHECK(!says(choice.label, TEXT_FACTOR_OTHER));
}

TEST("a passkey that is asked for leads to the other ways, or elsewhere") {
  for (const bool canGoBack : {true, false}) {
    Talk talk;
    talk.toCode();
    talk.http.answer(200, answered(std::string(R"({"id":"k","kind":"passkey","canGoBack":)") + (canGoBack ? "true" : "false") + R"(,"publicKey":{}})"));
    const Page page = talk.send("123456");
    CHECK(says(page.title, TEXT_PASSKEY_TITLE) && page.portal == "https://reset.example.com/" && offers(page, Action::askToStop));
    CHECK(offers(page, Action::back) == canGoBack && says(page.paragraphs[0], canGoBack ? TEXT_PASSKEY_TEXT_BACK : TEXT_PASSKEY_TEXT));
  }
}

TEST("the password of another account goes with the account it is of") {
  const std::string one = R"({"id":"a7","label":"alice at the laboratory"})";
  const std::string two = R"(,{"id":"a8","label":"alice at the archive"})";
  for (const bool areTwo : {false, true}) {
    Talk talk;
    talk.toCode();
    talk.http.answer(200, answered(R"({"id":"l","kind":"linked-password","canGoBack":true,"accounts":[)" + one + (areTwo ? two : "") + "]}"));
    const Page page = talk.send("123456");
    CHECK(page.fields.size() == 1 && page.fields[0].kind == FieldKind::password && !page.writes && offers(page, Action::back));
    CHECK(page.choices.size() == (areTwo ? 2u : 0u) && says(page.fields[0].label, areTwo ? TEXT_LINKED_LABEL_ANY : TEXT_LINKED_LABEL));
    CHECK(says(talk.send("").notice, areTwo ? TEXT_LINKED_CHOOSE : TEXT_CURRENT_MISSING));
    Inputs inputs;
    inputs.fields.push_back({"password", SecretString("p\"w")});
    if (areTwo) inputs.choices.push_back("a8");
    talk.http.answer(200, answered(newPassword));
    CHECK(says(talk.conversation.perform(Action::submit, std::move(inputs)).title, TEXT_PASSWORD_TITLE));
    CHECK(talk.http.sent.back().body == std::string(R"({"account":")") + (areTwo ? "a8" : "a7") + R"(","password":"p\"w"})");
  }
}

TEST("the password that the account has now is a proof like any other") {
  Talk talk;
  talk.toCode();
  talk.http.answer(200, answered(R"({"id":"o","kind":"password","canGoBack":false,"factor":{"id":"f","kind":"password"}})"));
  const Page page = talk.send("123456");
  CHECK(says(page.title, TEXT_CURRENT_TITLE) && !page.writes && !page.checksWhileTyping);
  CHECK(says(talk.send("").notice, TEXT_CURRENT_MISSING));
  talk.http.answer(200, answered(newPassword));
  talk.send("my old one");
  CHECK(talk.http.sent.back().body == R"({"password":"my old one"})");
}

TEST("the digits for a manager are shown, and waiting for one can be left for another way") {
  Talk talk;
  talk.toCode();
  talk.http.answer(200, answered(R"({"id":"m","kind":"waiting","canGoBack":true,"for":"manager","digits":"47","pollAfter":8})"));
  Page page = talk.send("123456");
  CHECK(page.shown == "47" && says(page.title, TEXT_WAITING_TITLE_MANAGER) && page.pollAfter == 8 && offers(page, Action::back));
  // Nothing is being written: stopping is the ordinary question.
  CHECK(says(talk.act(Action::askToStop).paragraphs[0], TEXT_STOP_TEXT));
  talk.act(Action::goOn);
  talk.http.answer(200, answered(code));
  CHECK(says(talk.act(Action::back).title, TEXT_CODE_TITLE_EMAIL) && talk.http.sent.back().body == R"({"back":true})");
}

TEST("where some accounts are asked for once more, what became of the others is said, and it may be left at that") {
  Talk talk;
  talk.toCode();
  std::string again = newPassword;
  again.insert(again.size() - 1, R"(,"results":[{"account":{"id":"b","label":"b"},"outcome":"password-reset","message":"Set there."}],"mayFinish":true)");
  talk.http.answer(200, answered(again));
  const Page page = talk.send("123456");
  CHECK(page.paragraphs.back() == "Set there." && offers(page, Action::finish) && page.buttons.size() <= 4);
  talk.http.answer(200, answered(done));
  CHECK(talk.act(Action::finish).isReached && talk.http.sent.back().body == R"({"finish":true})");
  talk.http.answer(201, started(newPassword));
  talk.act(Action::startAgain);
  CHECK(!offers(talk.send("alice"), Action::finish));
}

TEST("what is being written outlives the journey's time, and is told or said to be not known") {
  const std::string writing = R"({"id":"w","kind":"waiting","canGoBack":false,"for":"directory","pollAfter":2})";
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(writing));
  talk.conversation.open();
  CHECK(!talk.send("alice").expiresIn);
  talk.http.answer(200, R"({"step":)" + writing + R"(,"expiresAt":"1970-01-01T00:00:00Z"})");
  Page page = talk.conversation.expire();
  CHECK(talk.http.sent.back().method == "GET" && says(page.title, TEXT_WAITING_TITLE) && page.pollAfter == 2 && !page.expiresIn);
  talk.http.answer(404, R"({"title":"Over","status":404,"code":"journey.expired"})");
  page = talk.act(Action::poll);
  CHECK(says(page.title, TEXT_DONE_UNKNOWN) && says(page.paragraphs[0], TEXT_NOT_KNOWN_RESET) && page.isFinal && !page.isReached);
  // A person is waited for as long as the server does, which may give them more time than the journey had; nothing is being written.
  talk.http.answer(201, started(R"({"id":"m","kind":"waiting","canGoBack":true,"for":"manager","digits":"47","pollAfter":8})"));
  talk.act(Action::startAgain);
  page = talk.send("alice");
  CHECK(!page.expiresIn && page.isServersTime);
  CHECK(says(talk.conversation.expire().title, TEXT_ENDED_TITLE) && talk.http.sent.back().method == "DELETE");
}

TEST("where the server is not reached a phone may reach it, unless somebody may be listening in") {
  for (const HttpFailure failure : {HttpFailure::unreachable, HttpFailure::intercepted, HttpFailure::proxyAuthentication, HttpFailure::pinMismatch}) {
    Talk talk;
    talk.http.fail(failure);
    CHECK(talk.conversation.open().portal.empty() == (failure == HttpFailure::pinMismatch));
  }
}

TEST("what is no text is not taken for an empty field, and not sent") {
  Talk talk;
  talk.toCode();
  talk.http.answer(200, answered(newPassword));
  talk.send("123456");
  const std::size_t calls = talk.http.sent.size();
  Inputs inputs;
  inputs.fields.push_back({"password", SecretString()});
  inputs.isUnreadable = true;
  CHECK(says(talk.conversation.perform(Action::submit, std::move(inputs)).notice, TEXT_UNREADABLE));
  CHECK(talk.http.sent.size() == calls);
}
