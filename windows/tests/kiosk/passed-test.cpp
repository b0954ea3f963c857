#include "check.h"
#include "talk.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

// As the server says it where an answer was beaten by something else as often as it was begun: without the step.
const std::string passed = R"({"type":"x","title":"Passed","status":409,"code":"journey.step-passed"})";
std::string passedTo(const std::string& step) { return passed.substr(0, passed.size() - 1) + R"(,"step":)" + step + "}"; }
const std::string waitsForPhone = R"({"id":"w1","kind":"waiting","canGoBack":false,"for":"phone","pollAfter":2})";
const std::string waitsForWrite = R"({"id":"w2","kind":"waiting","canGoBack":false,"for":"directory","pollAfter":2})";
const std::string handableCode =
    R"({"id":"s2","kind":"code","canGoBack":true,"canHandOver":true,"factor":{"id":"f","kind":"email"},"length":6,"sentAt":null,"resendAt":null,"expiresAt":null})";

bool looks(const Talk& talk) { return talk.http.sent.back().method == "GET" && talk.http.sent.back().path == "/api/v1/journeys/current"; }

// At the digits of a phone that has opened the code.
struct AtDigits : Talk {
  AtDigits() {
    http.answer(200, site);
    http.answer(201, started(handable));
    conversation.open();
    send("alice");
    http.answer(201, phoneOffer);
    act(Action::usePhone);
    http.answer(200, R"({"progress":"opened"})");
    act(Action::poll);
  }
};

}  // namespace

TEST("whatever is beaten by something else is followed by a look at where the journey stands") {
  for (const Action action : {Action::submit, Action::resend, Action::back, Action::usePhone}) {
    for (const bool isElsewhere : {false, true}) {
      Talk talk;
      talk.http.answer(200, site);
      talk.http.answer(201, started(handableCode));
      talk.conversation.open();
      talk.send("alice");
      talk.http.answer(409, passed);
      talk.http.answer(200, answered(isElsewhere ? newPassword : handableCode));
      const Page page = action == Action::submit ? talk.send("123456") : talk.act(action);
      CHECK(looks(talk));
      CHECK(says(page.title, isElsewhere ? TEXT_PASSWORD_TITLE : TEXT_CODE_TITLE_EMAIL));
      // On the same page again it is said that nothing was done; another page speaks for itself.
      CHECK(isElsewhere ? page.notice.empty() : says(page.notice, TEXT_ONCE_MORE) && page.keepsInput);
      CHECK(talk.troubles.empty());
    }
  }
}

TEST("a step that came along is taken without another look") {
  Talk talk;
  talk.toCode();
  talk.http.answer(409, passedTo(newPassword));
  CHECK(says(talk.send("123456").title, TEXT_PASSWORD_TITLE) && talk.http.sent.back().method == "POST");
}

TEST("waiting goes on waiting where its question was beaten") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(waitsForWrite));
  talk.conversation.open();
  talk.send("alice");
  talk.http.answer(409, passed);
  talk.http.answer(200, answered(waitsForWrite));
  Page page = talk.act(Action::poll);
  CHECK(looks(talk) && page.pollAfter == 2 && page.notice.empty());
  talk.http.answer(409, passedTo(done));
  CHECK(talk.act(Action::poll).isReached);
}

TEST("where the look does not arrive either, the page stays") {
  Talk talk;
  talk.toCode();
  talk.http.answer(409, passed);
  talk.http.fail(HttpFailure::unreachable);
  const Page page = talk.send("123456");
  CHECK(says(page.title, TEXT_CODE_TITLE_EMAIL) && says(page.notice, TEXT_TROUBLE_NETWORK) && page.keepsInput);
}

TEST("a server that has every look passed is not asked for ever") {
  Talk talk;
  talk.toCode();
  const std::size_t before = talk.http.sent.size();
  talk.http.answer(409, passed);
  talk.http.answer(409, passed);
  CHECK(talk.send("123456").notice == "Passed" && talk.http.sent.size() == before + 2);
}

TEST("digits that were beaten may be typed again while the phone still waits for them") {
  AtDigits talk;
  talk.http.answer(409, passed);
  talk.http.answer(200, R"({"progress":"opened"})");
  const Page page = talk.send("47");
  CHECK(says(page.notice, TEXT_ONCE_MORE) && page.fields.size() == 1 && page.pollAfter == 0);
  talk.http.answer(200, answered(waitsForPhone));
  CHECK(says(talk.send("47").title, TEXT_WAITING_TITLE_PHONE));
}

TEST("digits whose answer was lost have let the phone in, and it is not told to be over") {
  for (const bool isLostOnTheWay : {false, true}) {
    AtDigits talk;
    if (isLostOnTheWay) {
      talk.http.fail(HttpFailure::unreachable);
      CHECK(says(talk.send("47").notice, TEXT_TROUBLE_NETWORK));
    }
    talk.http.answer(isLostOnTheWay ? 410 : 409, isLostOnTheWay ? R"({"type":"x","title":"Over.","status":410,"code":"phone.over"})" : passed);
    talk.http.answer(200, R"({"progress":"let-in"})");
    talk.http.answer(200, answered(waitsForPhone));
    const Page page = talk.send("47");
    CHECK(looks(talk) && says(page.title, TEXT_WAITING_TITLE_PHONE) && page.pollAfter == 2);
  }
}
