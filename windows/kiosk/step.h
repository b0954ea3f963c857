// A step of the recovery journey as the server describes it. Everything is bounded and cleaned on the way in: what reaches the
// screen has no control characters and no marks that turn the direction of text around.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"
#include "work.h"

namespace keyturn {

enum class StepKind {
  proofOfWork,
  chooseFactor,
  code,
  questions,
  password,        // the one the account has now
  linkedPassword,  // that of another account of the person
  passkey,
  chooseAccounts,
  newPassword,
  confirmUnlock,
  waiting,
  done,
  refused,
  unknown,  // newer than this client
};

struct StepOption {
  std::string id;
  std::string kind;   // factor kind, for choose-factor
  std::string label;
  std::string hint;
  bool selected = false;
  std::optional<bool> locked;  // nothing: not known
};

enum class RuleState { open, met, serverDecides };

struct StepRule {
  std::string code;
  std::string text;
  RuleState state = RuleState::open;
};

struct StepResult {
  std::string account;
  std::string outcome;
  std::string message;
};

struct Step {
  StepKind kind = StepKind::unknown;
  std::string id;
  bool canGoBack = false;
  bool canHandOver = false;          // it can go on at a phone from here
  std::optional<int> attemptsLeft;
  std::string message;
  bool messageIsError = false;

  std::vector<StepOption> options;   // factors, accounts or questions
  int factorsDone = 0;
  std::string factorKind;            // code
  int codeLength = 0;
  std::optional<std::int64_t> resendAt;   // seconds since 1970 by the server's clock
  std::optional<std::int64_t> expiresAt;
  std::vector<StepRule> rules;       // new-password
  bool mayKeepPassword = false;
  WorkChallenge work;                // proof-of-work
  std::string waitingFor;
  std::string digits;                // waiting, to be read out
  int pollAfter = 3;                 // seconds
  std::vector<StepResult> results;   // done, and so far where some are asked for once more
  bool mayFinish = false;            // it may be left at these
  std::vector<std::string> nextSteps;
  std::string contact;               // refused

  // Whether it is for somebody, or something, that has longer than the journey had.
  bool isPersonAwaited() const { return kind == StepKind::waiting && (waitingFor == "manager" || waitingFor == "phone"); }
  // Whether the answer is on its way into a directory: it is not taken back any more.
  bool isWriteUnderWay() const { return kind == StepKind::waiting && waitingFor == "directory"; }
};

// Reads a step. Nothing if it has no usable id or its kind is known and its content does not fit. A kind that is not known is
// a step of kind `unknown`.
std::optional<Step> parseStep(const Json& json);

// Lays the verdicts of a password over the rules, by code; a verdict without a rule becomes one.
void applyVerdicts(std::vector<StepRule>& rules, const Json& verdicts);

// Seconds since 1970 of a time in UTC as the server writes it (RFC 3339 section 5.6, "Z" only).
std::optional<std::int64_t> parseTime(std::string_view text);

// Text of the server made fit for the screen: at most `longest` code points, control characters and direction marks as spaces.
std::string cleanText(std::string_view text, std::size_t longest = 1000);

// Whether an id of the server may stand in a path: letters, digits, hyphen and underscore, at most 64.
bool isPathId(std::string_view text);

}  // namespace keyturn
