#include "check.h"
#include "talk.h"

using namespace keyturn;
using namespace keyturn::test;

namespace {

const std::string waitsForPhone = R"({"id":"w1","kind":"waiting","canGoBack":false,"for":"phone","pollAfter":2})";
const std::string doneOnPhone =
    R"({"id":"d1","kind":"done","canGoBack":false,"results":[{"account":{"id":"","label":""},"outcome":"done-on-phone","message":"There."}],"nextSteps":[]})";

// A journey that asks for a passkey, which this screen cannot take.
struct Phone : Talk {
  Page page;
  Phone() {
    http.answer(200, site);
    http.answer(201, started(handable));
    conversation.open();
    page = send("alice");
  }
  Page offer() {
    http.answer(201, phoneOffer);
    return page = act(Action::usePhone);
  }
  Page progress(const std::string& how) {
    http.answer(200, R"({"progress":")" + how + R"("})");
    return page = act(Action::poll);
  }
};

}  // namespace

TEST("what cannot be drawn is handed over to a phone, and what was shown so far is not lost") {
  Phone talk;
  CHECK(says(talk.page.paragraphs[0], TEXT_PASSKEY_TEXT_PHONE) && talk.page.portal.empty() && offers(talk.page, Action::usePhone));
  talk.offer();
  CHECK(talk.http.sent.back().path == "/api/v1/journeys/current/phones" && talk.http.sent.back().body == "{}");
  CHECK(talk.page.code == "https://reset.example.com/go-on#p1.secret" && talk.page.portal.empty() && talk.page.pollAfter == 2);
  talk.progress("offered");
  CHECK(talk.http.sent.back().path == "/api/v1/journeys/current/phones/p1" && !talk.page.code.empty());
  talk.progress("opened");
  CHECK(talk.page.fields.size() == 1 && talk.page.code.empty() && talk.page.pollAfter == 0);
  talk.http.answer(200, answered(waitsForPhone));
  talk.page = talk.send(" 4 7 ");
  CHECK(talk.http.sent.back().path == "/api/v1/journeys/current/phones/p1" && talk.http.sent.back().body == R"({"digits":"47"})");
  CHECK(says(talk.page.title, TEXT_WAITING_TITLE_PHONE) && talk.page.pollAfter == 2 && talk.page.isServersTime && !talk.page.expiresIn);
  talk.http.answer(200, answered(waitsForPhone));
  CHECK(says(talk.act(Action::poll).title, TEXT_WAITING_TITLE_PHONE));
  // Its end is read anew: it may have come with more time.
  talk.http.answer(200, answered(doneOnPhone));
  talk.http.answer(200, answered(doneOnPhone));
  talk.page = talk.act(Action::poll);
  CHECK(talk.http.sent.back().method == "GET");
  CHECK(says(talk.page.title, TEXT_DONE_PHONE) && talk.page.isFinal && talk.page.isReached);
}

TEST("wrong digits may be typed again, and after three of them there is another code") {
  Phone talk;
  talk.offer();
  talk.progress("opened");
  const std::size_t calls = talk.http.sent.size();
  CHECK(says(talk.send(" ").notice, TEXT_PHONE_DIGITS_MISSING) && talk.http.sent.size() == calls);
  talk.http.answer(422, R"({"type":"x","title":"Not those.","status":422,"code":"phone.digits-wrong"})");
  Page page = talk.send("11");
  CHECK(page.notice == "Not those." && page.fields.size() == 1);
  talk.http.answer(410, R"({"type":"x","title":"Over.","status":410,"code":"phone.over"})");
  talk.http.answer(200, R"({"progress":"over"})");
  page = talk.send("12");
  CHECK(says(page.title, TEXT_PHONE_OVER_TITLE) && offers(page, Action::usePhone) && offers(page, Action::back));
  CHECK(!talk.offer().code.empty());
}

TEST("back from the phone is back at the question, which has not been answered") {
  Phone talk;
  talk.offer();
  talk.http.answer(200, answered(handable));
  talk.page = talk.act(Action::back);
  CHECK(talk.http.sent.back().method == "GET" && talk.http.sent.back().path == "/api/v1/journeys/current");
  CHECK(says(talk.page.title, TEXT_PASSKEY_TITLE));
  // And back there means the choice.
  talk.http.answer(200, answered(chooseFactor));
  talk.act(Action::back);
  CHECK(talk.http.sent.back().body == R"({"back":true})");
}

TEST("a server that is away for a moment is asked again, and one that is not trusted is not") {
  Phone talk;
  talk.offer();
  talk.http.fail(HttpFailure::unreachable);
  talk.page = talk.act(Action::poll);
  CHECK(!talk.page.code.empty() && talk.page.pollAfter == 5 && !talk.page.notice.empty());
  talk.http.fail(HttpFailure::pinMismatch);
  talk.page = talk.act(Action::poll);
  CHECK(says(talk.page.title, TEXT_PIN_TITLE) && talk.page.pollAfter == 0 && talk.page.code.empty());
}

TEST("an address that is no https is not shown as a code") {
  for (const std::string address : {"http://reset.example.com/go-on#p1.s", "file:///c:/", "", "https://a\\nb"}) {
    Phone talk;
    talk.http.answer(201, R"({"phone":"p1","address":")" + address + R"("})");
    const Page page = talk.act(Action::usePhone);
    CHECK(page.code.empty() && says(page.notice, TEXT_TROUBLE_ANSWER));
  }
  Phone talk;
  talk.http.answer(201, R"({"phone":"../x","address":"https://reset.example.com/go-on#p1.s"})");
  CHECK(talk.act(Action::usePhone).code.empty());
}

TEST("a journey that cannot go on at a phone offers none, and names the portal") {
  Talk talk;
  talk.http.answer(200, site);
  talk.http.answer(201, started(R"({"id":"k","kind":"passkey","canGoBack":true})"));
  talk.conversation.open();
  const Page page = talk.send("alice");
  CHECK(!offers(page, Action::usePhone) && page.portal == "https://reset.example.com/");
}

TEST("stopping while the phone goes on ends the journey") {
  Phone talk;
  talk.offer();
  talk.progress("opened");
  talk.http.answer(200, answered(waitsForPhone));
  talk.send("47");
  talk.conversation.close(true);
  CHECK(talk.http.sent.back().method == "DELETE" && !talk.conversation.isInJourney());
}

TEST("a screen that goes away by itself leaves the phone to go on, and ends what is nowhere else") {
  Phone talk;
  talk.offer();
  talk.progress("opened");
  talk.http.answer(200, answered(waitsForPhone));
  talk.send("47");
  talk.conversation.close(false);
  CHECK(talk.http.sent.back().method == "POST" && !talk.conversation.isInJourney());
  Phone other;
  other.offer();
  other.conversation.close(false);
  CHECK(other.http.sent.back().method == "DELETE");
}
