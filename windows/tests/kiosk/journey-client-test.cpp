#include "check.h"
#include "fake-http.h"
#include "journey-client.h"

using namespace keyturn;
using namespace keyturn::test;

TEST("a journey starts with goal, account, language and the kind of client") {
  FakeHttp http;
  http.answer(201, started(chooseFactor));
  JourneyClient client(http, "1.2.3", "de-DE");
  CHECK(client.start("reset-password", "CORP\\alice").kind == Outcome::Kind::ok);
  CHECK(http.sent.size() == 1 && http.sent[0].method == "POST" && http.sent[0].path == "/api/v1/journeys" && http.sent[0].token.empty());
  CHECK(http.sent[0].body ==
        R"({"goal":"reset-password","account":"CORP\\alice","locale":"de-DE","client":{"kind":"windows-logon","version":"1.2.3"}})");
  CHECK(client.isOpen() && client.step() && client.step()->kind == StepKind::chooseFactor);
  CHECK(client.secondsToExpiry() == 600);
}

TEST("answers go to the current step with the token") {
  FakeHttp http;
  http.answer(201, started(chooseFactor));
  http.answer(200, answered(code));
  http.answer(200, answered(newPassword));
  http.answer(200, answered(done));
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  client.chooseFactor("o1");
  CHECK(http.sent[1].path == "/api/v1/journeys/current/steps/s1" && http.sent[1].token == token && http.sent[1].body == R"({"option":"o1"})");
  CHECK(client.secondsToResend() == 30);
  client.sendCode(SecretString("123456"));
  CHECK(http.sent[2].path == "/api/v1/journeys/current/steps/s2" && http.sent[2].body == R"({"code":"123456"})");
  client.sendPassword(SecretString("a\"\\\x01\xC3\xA4"));
  CHECK(http.sent[3].body == "{\"password\":\"a\\\"\\\\\\u0001\xC3\xA4\"}");
  CHECK(client.step() && client.step()->kind == StepKind::done);
}

TEST("every other answer has its form") {
  FakeHttp http;
  http.answer(201, started(code));
  for (int i = 0; i < 9; ++i) http.answer(200, answered(code));
  JourneyClient client(http, "1", "en");
  client.start("unlock-account", "alice");
  client.resendCode();
  client.goBack();
  client.keepPassword();
  client.confirmUnlock();
  client.poll();
  client.chooseAccounts({"a", "b\""});
  std::vector<NamedSecret> answers(2);
  answers[0] = {"q1", SecretString("Rex")};
  answers[1] = {"q2", SecretString("Ulm")};
  client.answerQuestions(answers);
  client.proveLinked("a\"", SecretString("p\\"));
  client.finish();
  const char* bodies[] = {R"({"resend":true})", R"({"back":true})", R"({"keepPassword":true})", R"({"confirm":true})", "{}", R"({"accounts":["a","b\""]})",
                          R"({"answers":[{"question":"q1","answer":"Rex"},{"question":"q2","answer":"Ulm"}]})",
                          R"({"account":"a\"","password":"p\\"})", R"({"finish":true})"};
  for (std::size_t i = 0; i < 9; ++i) CHECK_NOTE(http.sent[i + 1].body == bodies[i], http.sent[i + 1].body);
}

TEST("an answer that had arrived already goes on where the journey stands") {
  FakeHttp http;
  http.answer(201, started(code));
  http.answer(409, R"({"type":"x","title":"Passed","status":409,"code":"journey.step-passed","step":)" + newPassword + "}");
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  CHECK(client.sendCode(SecretString("123456")).kind == Outcome::Kind::ok);
  CHECK(client.step() && client.step()->kind == StepKind::newPassword);
}

TEST("a problem is handed on in the server's words, with its reference") {
  FakeHttp http;
  http.answer(201, started(code));
  http.answer(500, R"({"type":"x","title":"Something\nwent wrong","status":500,"code":"internal.unexpected","instance":"urn:keyturn:request:req-7"})");
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  const Outcome outcome = client.sendCode(SecretString("123456"));
  CHECK(outcome.kind == Outcome::Kind::problem && outcome.code == "internal.unexpected");
  CHECK(outcome.title == "Something went wrong" && outcome.reference == "req-7");
  CHECK(client.isOpen());
}

TEST("a token that could add a header is not taken") {
  for (const std::string& bad : {std::string("short"), std::string(42, 't') + " ", std::string(41, 't') + "\\r\\n", std::string(44, 't'), std::string()}) {
    FakeHttp http;
    http.answer(201, R"({"token":")" + bad + R"(","step":)" + code + R"(,"expiresAt":"1970-01-01T00:26:40Z"})");
    JourneyClient client(http, "1", "en");
    CHECK_NOTE(client.start("reset-password", "alice").failure == HttpFailure::badAnswer, bad);
    CHECK(!client.isOpen());
  }
}

TEST("answers that are no answers are a trouble, never a step") {
  for (const char* body : {"", "null", "[]", "{", "{}", R"({"step":null})", R"({"step":{"id":"a"}})", R"({"step":{"id":"a/b","kind":"done"}})", "<html>"}) {
    FakeHttp http;
    http.answer(201, started(code));
    http.answer(200, body);
    JourneyClient client(http, "1", "en");
    client.start("reset-password", "alice");
    CHECK_NOTE(client.sendCode(SecretString("1")).failure == HttpFailure::badAnswer, body);
    CHECK(client.step()->kind == StepKind::code);
  }
  FakeHttp http;
  http.answer(302, "{}");
  JourneyClient client(http, "1", "en");
  CHECK(client.start("reset-password", "alice").failure == HttpFailure::badAnswer);
}

TEST("text that is no UTF-8 is never sent") {
  FakeHttp http;
  http.answer(201, started(newPassword));
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  CHECK(client.sendPassword(SecretString("\xFF\xFE")).kind == Outcome::Kind::trouble);
  CHECK(client.checkPassword(SecretString("\xC3")).kind == Outcome::Kind::trouble);
  CHECK(http.sent.size() == 1);
}

TEST("a password is checked only while one is asked for") {
  FakeHttp http;
  http.answer(201, started(code));
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  CHECK(client.checkPassword(SecretString("secret")).kind == Outcome::Kind::trouble);
  CHECK(http.sent.size() == 1);
}

TEST("cancelling tells the server once and forgets the token") {
  FakeHttp http;
  http.answer(201, started(code));
  http.answer(204, "");
  JourneyClient client(http, "1", "en");
  client.start("reset-password", "alice");
  client.cancel();
  client.cancel();
  CHECK(http.sent.size() == 2 && http.sent[1].method == "DELETE" && http.sent[1].token == token);
  CHECK(!client.isOpen() && !client.step());
}
