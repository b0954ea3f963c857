// Speaks the recovery journey (/api/v1) over IHttp: holds the token and the current step, and turns every answer of the server,
// whatever it is, into one of a few outcomes. Knows nothing of windows or texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http.h"
#include "step.h"

namespace keyturn {

struct Site {
  std::string organisation;
  std::string supportContact;
  std::vector<std::string> goals;
};

struct Outcome {
  enum class Kind {
    ok,
    problem,   // the server refused: `code`, `title`, `reference`
    trouble,   // no usable answer: `failure`
  };
  Kind kind = Kind::ok;
  HttpFailure failure = HttpFailure::none;
  std::string code;       // stable code of the problem (RFC 9457 document)
  std::string title;      // finished sentence of the server
  std::string reference;  // for the help desk
  // Something else has moved the journey on first: nothing was done.
  bool hasPassed() const { return kind == Kind::problem && code == "journey.step-passed"; }
};

// Overwrites the answer when it goes: it may be a code, an answer to a question or a password.
struct NamedSecret {
  std::string id;
  SecretString value;
};

// What a phone scans to go on with the journey, and what the server calls that phone.
struct PhoneOffer {
  std::string phone;
  std::string address;
};

enum class PhoneProgress { offered, opened, letIn, over };

class JourneyClient {
 public:
  // `version` is told to the server as the client's; `language` is a BCP 47 tag.
  JourneyClient(IHttp& http, std::string version, std::string language);

  // Name and contact of the organisation.
  Outcome loadSite(Site& site);
  // Starts a journey; `step` is there when it went well.
  Outcome start(std::string_view goal, std::string_view account);
  // Reads where the journey stands.
  Outcome refresh();

  Outcome chooseFactor(std::string_view option);
  Outcome sendCode(const SecretString& code);
  Outcome resendCode();
  Outcome goBack();
  // `solution` is JSON of WorkSolver.
  Outcome sendWork(const std::string& solution);
  Outcome proveLinked(std::string_view account, const SecretString& password);
  Outcome answerQuestions(const std::vector<NamedSecret>& answers);
  Outcome chooseAccounts(const std::vector<std::string>& accounts);
  // A new password, or the one the account has now: what the step asks for.
  Outcome sendPassword(const SecretString& password);
  Outcome keepPassword();
  Outcome confirmUnlock();
  // Leaves it at the accounts that were written to.
  Outcome finish();
  Outcome poll();

  // Has the server make the code by which a phone takes the journey over.
  Outcome offerToPhone(PhoneOffer& offer);
  Outcome phoneProgress(const PhoneOffer& offer, PhoneProgress& progress);
  // Hands the journey over to the phone that shows these digits; the step is then the one that waits for it.
  Outcome handOver(const PhoneOffer& offer, const SecretString& digits);

  // Has a password judged while it is typed; the verdicts stand at the rules of the step.
  Outcome checkPassword(const SecretString& password);

  // Ends the journey at the server and forgets it. Nothing is told to the caller: there is nothing left to do.
  void cancel();
  // Forgets the journey without a word to the server.
  void forget();

  const std::optional<Step>& step() const { return step_; }
  bool isOpen() const { return !token_.empty(); }
  // Seconds of the journey's life, of the time until another code may be sent, and of the code's life, all counted from the
  // answer that told them. By the server's clock alone: this machine's may be wrong.
  std::optional<std::int64_t> secondsToExpiry() const { return untilAnswer(expiresAt_); }
  std::optional<std::int64_t> secondsToResend() const { return step_ ? untilAnswer(step_->resendAt) : std::nullopt; }
  std::optional<std::int64_t> secondsToCodeExpiry() const { return step_ ? untilAnswer(step_->expiresAt) : std::nullopt; }

 private:
  std::optional<std::int64_t> untilAnswer(const std::optional<std::int64_t>& time) const;
  Outcome call(std::string_view method, std::string path, const SecretString& body, Json& answer);
  Outcome answer(const SecretString& body);
  Outcome takeStep(const Json& json);

  IHttp& http_;
  std::string version_;
  std::string language_;
  SecretString token_;
  std::optional<Step> step_;
  std::optional<std::int64_t> expiresAt_;
  std::optional<std::int64_t> date_;
};

// Adds a JSON string (RFC 8259 section 7). False if the text is no well-formed UTF-8; nothing was added then.
bool appendJsonString(SecretString& body, std::string_view text);

}  // namespace keyturn
