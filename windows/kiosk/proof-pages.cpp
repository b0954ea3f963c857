#include "proof-pages.h"

#include "page-parts.h"

namespace keyturn {
namespace {

unsigned factorText(std::string_view kind) {
  if (kind == "email") return TEXT_FACTOR_EMAIL;
  if (kind == "sms") return TEXT_FACTOR_SMS;
  if (kind == "totp") return TEXT_FACTOR_TOTP;
  if (kind == "passkey") return TEXT_FACTOR_PASSKEY;
  if (kind == "password") return TEXT_FACTOR_PASSWORD;
  if (kind == "questions") return TEXT_FACTOR_QUESTIONS;
  if (kind == "recovery-code") return TEXT_FACTOR_RECOVERY_CODE;
  if (kind == "linked-account") return TEXT_FACTOR_LINKED;
  if (kind == "temporary-pass") return TEXT_FACTOR_TEMPORARY_PASS;
  if (kind == "manager") return TEXT_FACTOR_MANAGER;
  return TEXT_FACTOR_OTHER;
}

struct WaitingTexts {
  unsigned title;
  unsigned text;
};

// A passkey needs a browser, which there is none of on the sign-in screen.
bool canBeGivenHere(std::string_view factorKind) { return factorKind != "passkey"; }

std::string factorLabel(const ITexts& texts, const StepOption& option) {
  const unsigned own = factorText(option.kind);
  return own == TEXT_FACTOR_OTHER && !option.label.empty() ? option.label : texts.text(own);
}

std::string factorHint(const ITexts& texts, const StepOption& option) {
  const bool isSent = option.kind == "email" || option.kind == "sms";
  if (isSent && !option.hint.empty()) return texts.text(TEXT_HINT_TO, {option.hint});
  if (option.kind == "email") return texts.text(TEXT_HINT_EMAIL);
  if (option.kind == "sms") return texts.text(TEXT_HINT_SMS);
  if (option.kind == "totp") return texts.text(TEXT_HINT_TOTP);
  return option.hint;
}

Page proofPage(const PageContext& context, const Step& step, unsigned title) {
  Page page = emptyPage(context, step.id, context.texts.text(title));
  page.progress = context.texts.text(TEXT_PROGRESS_PROOF);
  return page;
}

void addWaysOn(const PageContext& context, Page& page, const Step& step) {
  addPhone(context, page, step);
  if (step.canGoBack) addButton(context, page, Action::back, TEXT_BACK);
  addStop(context, page);
}

void addPassword(Page& page, const std::string& label) {
  Field field;
  field.kind = FieldKind::password;
  field.id = "password";
  field.label = label;
  page.fields.push_back(field);
}

unsigned codeTitle(std::string_view factorKind) {
  if (factorKind == "email") return TEXT_CODE_TITLE_EMAIL;
  if (factorKind == "sms") return TEXT_CODE_TITLE_SMS;
  if (factorKind == "totp") return TEXT_CODE_TITLE_TOTP;
  if (factorKind == "recovery-code") return TEXT_CODE_TITLE_RECOVERY;
  if (factorKind == "temporary-pass") return TEXT_CODE_TITLE_PASS;
  return TEXT_CODE_TITLE_OTHER;
}

}  // namespace

Page chooseFactorPage(const PageContext& context, const Step& step) {
  const ITexts& texts = context.texts;
  Page page = proofPage(context, step, step.factorsDone > 0 ? TEXT_FACTOR_TITLE_NEXT : TEXT_FACTOR_TITLE);
  std::string elsewhere;
  for (const StepOption& option : step.options) {
    if (canBeGivenHere(option.kind)) {
      page.choices.push_back({option.id, factorLabel(texts, option), factorHint(texts, option), false});
    } else {
      if (!elsewhere.empty()) elsewhere += ", ";
      elsewhere += factorLabel(texts, option);
    }
  }
  if (page.choices.empty()) return unknownPage(context, step);
  page.choices.front().selected = true;
  // What is left out is told: it may be the only way that the person has at hand.
  if (!elsewhere.empty()) {
    page.after.push_back(step.canHandOver ? texts.text(TEXT_FACTOR_ON_PHONE, {elsewhere})
                                          : texts.text(TEXT_FACTOR_ELSEWHERE, {elsewhere, context.portalAddress}));
  }
  page.after.push_back(texts.text(TEXT_FACTOR_NEXT));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addPhone(context, page, step);
  addStop(context, page);
  return page;
}

Page codePage(const PageContext& context, const Step& step, const JourneyClient& client) {
  const ITexts& texts = context.texts;
  const bool isEmail = step.factorKind == "email";
  const bool isSms = step.factorKind == "sms";
  Page page = proofPage(context, step, codeTitle(step.factorKind));
  if (isEmail) page.paragraphs.push_back(texts.text(TEXT_CODE_SENT));
  if (isSms) page.paragraphs.push_back(texts.text(TEXT_CODE_SENT_SMS));
  Field field;
  field.kind = FieldKind::code;
  field.id = "code";
  field.label = texts.text(TEXT_CODE_LABEL);
  const bool isDigits = step.codeLength > 0 && (isEmail || isSms || step.factorKind == "totp");
  field.hint = isDigits ? texts.text(TEXT_CODE_HINT, {std::to_string(step.codeLength)}) : texts.text(TEXT_CODE_HINT_OTHER);
  field.longest = 64;
  page.fields.push_back(field);
  page.patience = codePatience;
  if (step.attemptsLeft && step.messageIsError)
    page.after.push_back(*step.attemptsLeft == 1 ? texts.text(TEXT_CODE_ATTEMPTS_ONE)
                                                 : texts.text(TEXT_CODE_ATTEMPTS, {std::to_string(*step.attemptsLeft)}));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  if (step.resendAt) addButton(context, page, Action::resend, TEXT_CODE_RESEND, client.secondsToResend().value_or(0));
  addWaysOn(context, page, step);
  return page;
}

Page questionsPage(const PageContext& context, const Step& step) {
  Page page = proofPage(context, step, TEXT_QUESTIONS_TITLE);
  for (const StepOption& question : step.options) {
    Field field;
    field.kind = FieldKind::answer;
    field.id = question.id;
    field.label = question.label;
    field.longest = 400;
    page.fields.push_back(field);
  }
  page.after.push_back(context.texts.text(TEXT_QUESTIONS_NEXT));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addWaysOn(context, page, step);
  return page;
}

Page currentPasswordPage(const PageContext& context, const Step& step) {
  Page page = proofPage(context, step, TEXT_CURRENT_TITLE);
  addPassword(page, context.texts.text(TEXT_CURRENT_LABEL));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addWaysOn(context, page, step);
  return page;
}

Page linkedPasswordPage(const PageContext& context, const Step& step) {
  const ITexts& texts = context.texts;
  Page page = proofPage(context, step, TEXT_LINKED_TITLE);
  if (step.options.size() == 1) {
    addPassword(page, texts.text(TEXT_LINKED_LABEL, {step.options.front().label}));
  } else {
    page.paragraphs.push_back(texts.text(TEXT_LINKED_CHOOSE));
    for (const StepOption& account : step.options) page.choices.push_back({account.id, account.label, "", page.choices.empty()});
    addPassword(page, texts.text(TEXT_LINKED_LABEL_ANY));
  }
  page.after.push_back(texts.text(TEXT_LINKED_NEXT));
  addButton(context, page, Action::submit, TEXT_CONTINUE);
  addWaysOn(context, page, step);
  return page;
}

Page passkeyPage(const PageContext& context, const Step& step) {
  Page page = proofPage(context, step, TEXT_PASSKEY_TITLE);
  // The phone goes on with what was shown so far; where it cannot, the portal begins anew.
  if (step.canHandOver) {
    page.paragraphs.push_back(context.texts.text(TEXT_PASSKEY_TEXT_PHONE));
  } else {
    page.paragraphs.push_back(context.texts.text(step.canGoBack ? TEXT_PASSKEY_TEXT_BACK : TEXT_PASSKEY_TEXT));
    addPortal(context, page);
  }
  addWaysOn(context, page, step);
  return page;
}

Page waitingPage(const PageContext& context, const Step& step) {
  const ITexts& texts = context.texts;
  const bool isDirectory = step.isWriteUnderWay();
  const bool isManager = step.waitingFor == "manager" && !step.digits.empty();
  const WaitingTexts words = isDirectory                    ? WaitingTexts{TEXT_WAITING_TITLE, TEXT_WAITING_TEXT}
                             : isManager                    ? WaitingTexts{TEXT_WAITING_TITLE_MANAGER, TEXT_WAITING_TEXT_MANAGER}
                             : step.waitingFor == "phone" ? WaitingTexts{TEXT_WAITING_TITLE_PHONE, TEXT_WAITING_TEXT_PHONE}
                                                            : WaitingTexts{TEXT_WAITING_TITLE_PERSON, TEXT_WAITING_TEXT_PERSON};
  Page page = emptyPage(context, step.id, texts.text(words.title));
  page.paragraphs.push_back(texts.text(words.text));
  if (isManager) page.shown = step.digits;
  page.pollAfter = step.pollAfter;
  page.patience = personPatience;
  // Enter is pressed out of habit: it asks whether to stop, and does not send away whom one waits for.
  addStop(context, page);
  if (step.canGoBack) addButton(context, page, Action::back, TEXT_BACK);
  return page;
}

Page unknownPage(const PageContext& context, const Step& step) {
  Page page = emptyPage(context, "unknown", context.texts.text(TEXT_UNKNOWN_TITLE));
  page.paragraphs.push_back(context.texts.text(step.canHandOver ? TEXT_UNKNOWN_TEXT_PHONE : TEXT_UNKNOWN_TEXT));
  if (step.canHandOver) {
    addPhone(context, page, step);
  } else {
    addPortal(context, page);
  }
  addHelp(context, page);
  if (step.canGoBack) addButton(context, page, Action::back, TEXT_BACK);
  addClose(context, page);
  return page;
}

}  // namespace keyturn
