// Plays the server: answers from a list, and keeps what was sent.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "http.h"
#include "texts/texts.h"

namespace keyturn::test {

struct SentRequest {
  std::string method;
  std::string path;
  std::string token;
  std::string body;
};

class FakeHttp : public IHttp {
 public:
  void answer(int status, std::string body, std::int64_t date = 1000) {
    HttpResponse response;
    response.failure = HttpFailure::none;
    response.status = status;
    response.date = date;
    response.body = SecretString(body);
    answers_.push_back(response);
  }
  void fail(HttpFailure failure) {
    HttpResponse response;
    response.failure = failure;
    answers_.push_back(response);
  }
  HttpResponse send(const HttpRequest& request) override {
    sent.push_back({request.method, request.path, std::string(request.token.view()), std::string(request.body.view())});
    if (answers_.empty()) return {};
    HttpResponse next = answers_.front();
    answers_.pop_front();
    return next;
  }
  std::vector<SentRequest> sent;

 private:
  std::deque<HttpResponse> answers_;
};

// Every text is its own number with places for values: what is shown can be told apart in every language.
class NumberTexts : public ITexts {
 public:
  using ITexts::text;
  std::string text(unsigned id) const override { return "#" + std::to_string(id) + " {0}"; }
};

inline const std::string token(43, 't');
inline std::string started(const std::string& step) {
  return R"({"token":")" + token + R"(","step":)" + step + R"(,"expiresAt":"1970-01-01T00:26:40.000Z"})";
}
inline std::string answered(const std::string& step) { return R"({"step":)" + step + "}"; }
inline const std::string site =
    R"({"organisation":"Harbour Hospital","supportContact":"Call 99","languages":["en"],"goals":["reset-password"],"demo":false})";
inline const std::string chooseFactor =
    R"({"id":"s1","kind":"choose-factor","canGoBack":false,"options":[{"id":"o1","kind":"email"},{"id":"o2","kind":"totp"},{"id":"o3","kind":"passkey"}],"accepted":[],"done":[]})";
inline const std::string code =
    R"({"id":"s2","kind":"code","canGoBack":true,"factor":{"id":"f","kind":"email"},"length":6,"sentAt":null,"resendAt":"1970-01-01T00:17:10Z","expiresAt":"1970-01-01T00:26:40Z"})";
// A passkey is asked for, in a journey that can go on at a phone.
inline const std::string handable = R"({"id":"h1","kind":"passkey","canGoBack":true,"canHandOver":true})";
inline const std::string phoneOffer = R"({"phone":"p1","address":"https://reset.example.com/go-on#p1.secret","expiresAt":"1970-01-01T00:26:40Z"})";
inline const std::string newPassword =
    R"({"id":"s3","kind":"new-password","canGoBack":false,"accounts":[{"id":"a","label":"alice"}],"rules":[{"code":"password.too-short","params":{"minimum":12},"text":"At least 12 characters","source":"directory"},{"code":"password.reused","params":{},"text":"Not one of your last","source":"server-only"}],"mayKeepPassword":true,"changeableAt":null})";
inline const std::string done =
    R"({"id":"s4","kind":"done","canGoBack":false,"results":[{"account":{"id":"a","label":"alice"},"outcome":"password-reset","message":"Set."}],"nextSteps":["Sign in."]})";

}  // namespace keyturn::test
