#include "build-page.h"

#include <algorithm>

#include "page-parts.h"
#include "proof-pages.h"

namespace keyturn {
namespace {

struct FailureTexts {
  unsigned title;
  unsigned text;
};

// What is told of a failure that people can do something about, or must be warned of; the others are "not reached".
std::optional<FailureTexts> failureTexts(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::certificate:
      return FailureTexts{TEXT_CERTIFICATE_TITLE, TEXT_CERTIFICATE_TEXT};
    case HttpFailure::wrongTime:
      return FailureTexts{TEXT_CERTIFICATE_TITLE, TEXT_CERTIFICATE_TIME};
    case HttpFailure::wrongName:
      return FailureTexts{TEXT_CERTIFICATE_TITLE, TEXT_CERTIFICATE_NAME};
    case HttpFailure::pinMismatch:
      return FailureTexts{TEXT_PIN_TITLE, TEXT_PIN_TEXT};
    case HttpFailure::proxyAuthentication:
      return FailureTexts{TEXT_OFFLINE_TITLE, TEXT_TROUBLE_PROXY};
    case HttpFailure::intercepted:
      return FailureTexts{TEXT_OFFLINE_TITLE, TEXT_TROUBLE_INTERCEPTED};
    case HttpFailure::badAnswer:
      return FailureTexts{TEXT_OFFLINE_TITLE, TEXT_TROUBLE_ANSWER};
    default:
      return std::nullopt;
  }
}

Page chooseAccountsPage(const PageContext& context, const Step& step) {
  Page page = emptyPage(context, step.id, context.texts.text(TEXT_ACCOUNTS_TITLE));
  page.progress = context.texts.text(TEXT_PROGRESS_FINISH);
  page.severalChoices = true;
  for (const StepOption& account : step.options) {
    // Only what is known to be locked is called so. What is not known is not drawn, and nothing is ever called "not locked" here.
    const std::string label = account.locked == true ? context.texts.text(TEXT_ACCOUNTS_LOCKED, {account.label}) : account.label;
    page.choices.push_back({account.id, label, "", account.selected});
  }
  page.after.push_back(context.texts.text(TEXT_ACCOUNTS_NEXT));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addStop(context, page);
  return page;
}

// Where several accounts were written to and some are asked for once more: what became of each, and the way out.
void addResultsSoFar(const PageContext& context, const Step& step, Page& page) {
  for (const StepResult& result : step.results) page.paragraphs.push_back(result.message);
  if (step.mayFinish) addButton(context, page, Action::finish, TEXT_FINISH);
}

// What this computer will know of the new password, before and after it is set. The screen promises nothing that a laptop away from
// its domain cannot keep, and troubles nobody where a domain controller was seen or none is asked.
void addAway(const PageContext& context, Page& page) {
  if (context.goal != KioskGoal::resetPassword) return;
  if (context.domain == DomainReach::notKnown) page.after.push_back(context.texts.text(TEXT_AWAY));
  if (context.domain != DomainReach::notReached) return;
  std::string text = context.texts.text(TEXT_AWAY_NOW);
  if (!context.awayMessage.empty()) text += " " + context.awayMessage;
  page.paragraphs.push_back(text);
}

Page newPasswordPage(const PageContext& context, const Step& step) {
  const ITexts& texts = context.texts;
  Page page = emptyPage(context, step.id, texts.text(TEXT_PASSWORD_TITLE));
  page.progress = texts.text(TEXT_PROGRESS_FINISH);
  page.keepsInput = true;
  if (!step.options.empty()) page.paragraphs.push_back(texts.text(TEXT_PASSWORD_FOR, {joinLabels(step.options)}));
  Field field;
  field.kind = FieldKind::password;
  field.id = "password";
  field.label = texts.text(TEXT_PASSWORD_LABEL);
  page.fields.push_back(field);
  page.rulesTitle = texts.text(TEXT_PASSWORD_RULES);
  page.rules = ruleLines(texts, step.rules);
  page.checksWhileTyping = true;
  page.after.push_back(texts.text(TEXT_PASSWORD_NEXT));
  addAway(context, page);
  page.writes = true;
  addButton(context, page, Action::submit, TEXT_PASSWORD_SAVE);
  if (step.mayKeepPassword) addButton(context, page, Action::keepPassword, TEXT_PASSWORD_KEEP);
  addResultsSoFar(context, step, page);
  addStop(context, page);
  return page;
}

Page confirmUnlockPage(const PageContext& context, const Step& step) {
  Page page = emptyPage(context, step.id, context.texts.text(TEXT_UNLOCK_TITLE));
  page.progress = context.texts.text(TEXT_PROGRESS_FINISH);
  page.paragraphs.push_back(context.texts.text(TEXT_UNLOCK_TEXT, {joinLabels(step.options)}));
  page.after.push_back(context.texts.text(TEXT_UNLOCK_NEXT));
  page.writes = true;
  addButton(context, page, Action::submit, TEXT_UNLOCK_SAVE);
  addResultsSoFar(context, step, page);
  addStop(context, page);
  return page;
}

unsigned doneTitle(const std::vector<StepResult>& results) {
  const auto all = [&](std::string_view outcome) {
    return std::all_of(results.begin(), results.end(), [&](const StepResult& result) { return result.outcome == outcome; });
  };
  if (results.empty() || all("unknown")) return TEXT_DONE_UNKNOWN;
  if (all("password-reset")) return TEXT_DONE_RESET;
  if (all("unlocked") || all("password-kept")) return TEXT_DONE_UNLOCKED;
  if (all("was-not-locked")) return TEXT_DONE_NOT_LOCKED;
  if (all("done-on-phone")) return TEXT_DONE_PHONE;
  if (all("failed")) return TEXT_DONE_FAILED;
  return TEXT_DONE_MIXED;
}

Page donePage(const PageContext& context, const Step& step) {
  const unsigned title = doneTitle(step.results);
  const bool isGood = title != TEXT_DONE_FAILED && title != TEXT_DONE_UNKNOWN && title != TEXT_DONE_MIXED;
  Page page = emptyPage(context, step.id, context.texts.text(title));
  for (const StepResult& result : step.results) page.paragraphs.push_back(result.message);
  const bool isReset = std::any_of(step.results.begin(), step.results.end(), [](const StepResult& r) { return r.outcome == "password-reset" || r.outcome == "done-on-phone"; });
  if (isReset) addAway(context, page);
  if (!step.nextSteps.empty()) {
    // "Sign in with the new password", the server says, which does not know where this computer is.
    const bool isAway = isReset && context.domain == DomainReach::notReached;
    page.rulesTitle = context.texts.text(isAway ? TEXT_DONE_NEXT_AWAY : TEXT_DONE_NEXT);
    for (const std::string& next : step.nextSteps) page.rules.emplace_back(RuleState::serverDecides, next);
  }
  if (!isGood) addHelp(context, page);
  addClose(context, page);
  page.isFinal = true;
  page.isReached = isGood;
  page.patience = codePatience;  // there is something to read
  return page;
}

Page refusedPage(const PageContext& context, const Step& step) {
  Page page = emptyPage(context, step.id, context.texts.text(TEXT_REFUSED_TITLE));
  if (!step.message.empty()) page.paragraphs.push_back(step.message);
  // The help desk's line of this computer knows more than the server's: where its room is, for example.
  const std::string& contact = context.helpDesk.empty() ? step.contact : context.helpDesk;
  if (!contact.empty()) page.paragraphs.push_back(context.texts.text(TEXT_HELP, {contact}));
  addButton(context, page, Action::startAgain, TEXT_START_AGAIN);
  addClose(context, page);
  page.isFinal = true;
  return page;
}

Page pageOf(const PageContext& context, const Step& step, const JourneyClient& client) {
  switch (step.kind) {
    case StepKind::proofOfWork:
      return workPage(context, step, 0);
    case StepKind::chooseFactor:
      return chooseFactorPage(context, step);
    case StepKind::code:
      return codePage(context, step, client);
    case StepKind::questions:
      return questionsPage(context, step);
    case StepKind::password:
      return currentPasswordPage(context, step);
    case StepKind::linkedPassword:
      return linkedPasswordPage(context, step);
    case StepKind::passkey:
      return passkeyPage(context, step);
    case StepKind::chooseAccounts:
      return chooseAccountsPage(context, step);
    case StepKind::newPassword:
      return newPasswordPage(context, step);
    case StepKind::confirmUnlock:
      return confirmUnlockPage(context, step);
    case StepKind::waiting:
      return waitingPage(context, step);
    case StepKind::done:
      return donePage(context, step);
    case StepKind::refused:
      return refusedPage(context, step);
    case StepKind::unknown:
      break;
  }
  return unknownPage(context, step);
}

}  // namespace

Page workPage(const PageContext& context, const Step& step, int percent) {
  Page page = emptyPage(context, step.id, context.texts.text(TEXT_WORK_TITLE));
  page.progress = context.texts.text(TEXT_PROGRESS_PROOF);
  page.paragraphs.push_back(context.texts.text(TEXT_WORK_TEXT));
  page.paragraphs.push_back(context.texts.text(TEXT_WORK_PROGRESS, {std::to_string(percent)}));
  if (!step.message.empty()) {
    page.notice = step.message;
    page.tone = step.messageIsError ? Tone::error : Tone::info;
  }
  page.goesOn = page.isCalculating = true;
  if (step.canGoBack) addButton(context, page, Action::back, TEXT_WORK_BACK);
  addStop(context, page);
  return page;
}

std::vector<std::pair<RuleState, std::string>> ruleLines(const ITexts& texts, const std::vector<StepRule>& rules) {
  std::vector<std::pair<RuleState, std::string>> lines;
  for (const StepRule& rule : rules) {
    const bool isServer = rule.state == RuleState::serverDecides;
    lines.emplace_back(rule.state, isServer ? texts.text(TEXT_RULE_SERVER, {rule.text}) : rule.text);
  }
  return lines;
}

Page connectingPage(const PageContext& context) {
  Page page = emptyPage(context, "connecting", context.texts.text(TEXT_CONNECTING_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_CONNECTING_TEXT));
  addButton(context, page, Action::close, TEXT_CANCEL);
  return page;
}

Page accountPage(const PageContext& context, std::string_view account) {
  const ITexts& texts = context.texts;
  Page page = emptyPage(context, "account", texts.text(TEXT_ACCOUNT_TITLE));
  page.progress = texts.text(TEXT_PROGRESS_ACCOUNT);
  page.keepsInput = true;
  Field field;
  field.kind = FieldKind::text;
  field.id = "account";
  field.label = texts.text(TEXT_ACCOUNT_LABEL);
  field.hint = texts.text(TEXT_ACCOUNT_HINT);
  field.value = account;
  page.fields.push_back(field);
  if (context.domain == DomainReach::notReached) addAway(context, page);
  page.after.push_back(texts.text(TEXT_ACCOUNT_NEXT));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addButton(context, page, Action::close, TEXT_CANCEL);
  return page;
}

Page stepPage(const PageContext& context, const JourneyClient& client) {
  if (!client.step()) return endedPage(context);
  const Step& step = *client.step();
  Page page = pageOf(context, step, client);
  if (!step.message.empty() && step.kind != StepKind::refused) {
    page.notice = step.message;
    page.tone = step.messageIsError ? Tone::error : Tone::info;
  }
  // What is being written is waited for until the server tells what became of it, and a person for as long as the server does.
  page.isServersTime = step.isWriteUnderWay() || step.isPersonAwaited();
  if (!page.isFinal && !page.isServersTime) page.expiresIn = client.secondsToExpiry();
  return page;
}

Page troublePage(const PageContext& context, const Outcome& outcome) {
  const ITexts& texts = context.texts;
  unsigned title = TEXT_OFFLINE_TITLE;
  std::string text = context.offlineMessage.empty() ? texts.text(TEXT_OFFLINE_TEXT) : context.offlineMessage;
  if (outcome.kind == Outcome::Kind::problem) {
    text = sentenceFor(context, outcome);
  } else if (const std::optional<FailureTexts> special = failureTexts(outcome.failure)) {
    title = special->title;
    text = texts.text(special->text);
  }
  Page page = emptyPage(context, "trouble", texts.text(title));
  page.notice = text;
  page.tone = Tone::error;
  // A phone may have a way to the portal that this computer has not. Where somebody may be listening in, nobody is sent on.
  if (outcome.kind == Outcome::Kind::trouble && outcome.failure != HttpFailure::pinMismatch) {
    page.paragraphs.push_back(texts.text(TEXT_TROUBLE_PHONE));
    addPortal(context, page);
  }
  addHelp(context, page);
  addButton(context, page, Action::retry, TEXT_TRY_AGAIN);
  addClose(context, page);
  return page;
}

Page endedPage(const PageContext& context) {
  Page page = emptyPage(context, "ended", context.texts.text(TEXT_ENDED_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_ENDED_TEXT));
  addHelp(context, page);
  addButton(context, page, Action::startAgain, TEXT_START_AGAIN);
  addClose(context, page);
  page.isFinal = true;
  return page;
}

Page resultNotKnownPage(const PageContext& context) {
  Page page = emptyPage(context, "not-known", context.texts.text(TEXT_DONE_UNKNOWN));
  page.paragraphs.push_back(context.texts.text(context.goal == KioskGoal::resetPassword ? TEXT_NOT_KNOWN_RESET : TEXT_NOT_KNOWN_UNLOCK));
  addHelp(context, page);
  addButton(context, page, Action::startAgain, TEXT_START_AGAIN);
  addClose(context, page);
  page.isFinal = true;
  page.patience = codePatience;
  return page;
}

Page notOfferedPage(const PageContext& context) {
  Page page = emptyPage(context, "not-offered", context.texts.text(TEXT_REFUSED_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_NOT_OFFERED_TEXT));
  addHelp(context, page);
  addClose(context, page);
  page.isFinal = true;
  return page;
}

Page stopPage(const PageContext& context, bool isWriting) {
  Page page = emptyPage(context, "stop", context.texts.text(TEXT_STOP_TITLE));
  page.paragraphs.push_back(context.texts.text(isWriting ? TEXT_STOP_TEXT_WRITING : TEXT_STOP_TEXT));
  // The safe answer is the one that Enter and Escape give.
  addButton(context, page, Action::goOn, TEXT_STOP_NO);
  addButton(context, page, Action::close, TEXT_STOP_YES);
  page.onEscape = Action::goOn;
  return page;
}

Page withError(Page page, const std::string& notice) {
  page.notice = notice;
  page.tone = Tone::error;
  page.keepsInput = true;
  return page;
}

std::string sentenceFor(const PageContext& context, const Outcome& outcome) {
  const ITexts& texts = context.texts;
  if (outcome.kind == Outcome::Kind::trouble) {
    const std::optional<FailureTexts> special = failureTexts(outcome.failure);
    return texts.text(special ? special->text : TEXT_TROUBLE_NETWORK);
  }
  std::string sentence = outcome.title.empty() ? texts.text(TEXT_TROUBLE_ANSWER) : outcome.title;
  if (!outcome.reference.empty() && outcome.code == "internal.unexpected")
    sentence += " " + texts.text(TEXT_TROUBLE_REFERENCE, {outcome.reference});
  return sentence;
}

}  // namespace keyturn
