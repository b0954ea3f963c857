#include "conversation.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "phone-pages.h"
#include "settings.h"
#include "utf.h"

namespace keyturn {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

SecretString withoutSeparators(std::string_view code) {
  // Space, hyphen, and in UTF-8: no-break space, U+2007 to U+2015 (figure space to horizontal bar), narrow no-break space.
  SecretString clean;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const std::string_view rest = code.substr(i);
    if (code[i] == ' ' || code[i] == '-' || code[i] == '\t') continue;
    if (rest.substr(0, 2) == "\xC2\xA0") {
      i += 1;
      continue;
    }
    if (rest.size() >= 3 && rest.substr(0, 2) == "\xE2\x80") {
      const unsigned char last = static_cast<unsigned char>(rest[2]);
      if ((last >= 0x87 && last <= 0x95) || last == 0xAF) {
        i += 2;
        continue;
      }
    }
    clean.append(code.substr(i, 1));
  }
  return clean;
}

Conversation::Conversation(IHttp& http, const ITexts& texts, ConversationOptions options)
    : client_(http, options.version, options.language),
      options_(std::move(options)),
      context_{texts, options_.goal, options_.portalAddress, options_.offlineMessage, options_.helpDesk, "", options_.awayMessage} {}

Page Conversation::keep(Page page) {
  current_ = page;
  return page;
}

Page Conversation::open() {
  Site site;
  const Outcome outcome = client_.loadSite(site);
  if (outcome.kind != Outcome::Kind::ok) {
    if (outcome.kind == Outcome::Kind::trouble && options_.onTrouble) options_.onTrouble(outcome.failure);
    return keep(troublePage(context_, outcome));
  }
  isLoaded_ = true;
  context_.organisation = site.organisation;
  if (context_.helpDesk.empty()) context_.helpDesk = site.supportContact;
  askDomain();
  const bool isOffered = std::find(site.goals.begin(), site.goals.end(), goalName(options_.goal)) != site.goals.end();
  return keep(isOffered ? accountPage(context_, options_.account) : notOfferedPage(context_));
}

void Conversation::askDomain() {
  if (options_.domainReach && options_.goal == KioskGoal::resetPassword) context_.domain = options_.domainReach();
}

Page Conversation::show(const Outcome& outcome) {
  if (outcome.hasPassed() && client_.isOpen()) return showAnew();
  if (outcome.kind == Outcome::Kind::ok) {
    phone_.reset();
    if (client_.step() && (client_.step()->kind == StepKind::newPassword || client_.step()->kind == StepKind::done)) askDomain();
    Page page = stepPage(context_, client_);
    const Step* step = client_.step() ? &*client_.step() : nullptr;
    // Work that was begun before the step was read again is not shown as if it were at its start.
    if (step != nullptr && step->kind == StepKind::proofOfWork && step->id == workId_ && solver_) {
      page.paragraphs = workPage(context_, *step, solver_->percent()).paragraphs;
      page.isCalculating = !solver_->isFound();
    }
    return keep(std::move(page));
  }
  if (outcome.kind == Outcome::Kind::trouble && options_.onTrouble) options_.onTrouble(outcome.failure);
  if (outcome.kind == Outcome::Kind::problem) {
    if (outcome.code == "journey.expired" || outcome.code == "journey.not-found" || outcome.code == "journey.token-missing") {
      const bool wasWriting = client_.step() && client_.step()->isWriteUnderWay();
      phone_.reset();
      client_.forget();
      return keep(wasWriting ? resultNotKnownPage(context_) : endedPage(context_));
    }
  } else if (outcome.failure == HttpFailure::pinMismatch || outcome.failure == HttpFailure::certificate ||
             outcome.failure == HttpFailure::wrongTime || outcome.failure == HttpFailure::wrongName) {
    // Nobody is asked to go on over a connection that cannot be trusted.
    return keep(troublePage(context_, outcome));
  }
  // A waiting page keeps asking by itself.
  if (client_.step() && client_.step()->kind == StepKind::waiting) {
    Page page = stepPage(context_, client_);
    page.notice = outcome.kind == Outcome::Kind::problem ? sentenceFor(context_, outcome) : context_.texts.text(TEXT_WAITING_OFFLINE);
    page.tone = Tone::info;
    page.pollAfter = std::max(page.pollAfter, 5);
    return keep(page);
  }
  return withError(current_, sentenceFor(context_, outcome));
}

// Something else was quicker, and what was asked for has not been done: where the journey stands now, only the server knows.
Page Conversation::showAnew() {
  const std::string before = client_.step() ? client_.step()->id : "";
  const Outcome now = client_.refresh();
  // A look that passes a step is none; asking on would have no end.
  if (now.hasPassed()) return withError(current_, sentenceFor(context_, now));
  Page page = show(now);
  const bool isSame = now.kind == Outcome::Kind::ok && client_.step()->id == before && client_.step()->kind != StepKind::waiting;
  return isSame ? keep(withError(std::move(page), context_.texts.text(TEXT_ONCE_MORE))) : page;
}

Page Conversation::perform(Action action, Inputs inputs) {
  switch (action) {
    case Action::submit:
      // Not the same as a field that is empty: it holds something, which nobody could type again.
      if (inputs.isUnreadable) return refuse(TEXT_UNREADABLE);
      return submit(std::move(inputs));
    case Action::resend:
      return show(client_.resendCode());
    case Action::back:
      // Back from the phone to the question, which has not been answered.
      if (phone_) return show(client_.refresh());
      return show(client_.goBack());
    case Action::usePhone:
      return offerToPhone();
    case Action::keepPassword:
      return show(client_.keepPassword());
    case Action::finish:
      return show(client_.finish());
    case Action::poll:
      if (phone_) return askPhone();
      if (client_.step() && client_.step()->kind == StepKind::proofOfWork) return goOnWorking();
      return poll();
    case Action::retry:
      if (client_.isOpen()) return show(client_.refresh());
      return open();
    case Action::startAgain:
      phone_.reset();
      client_.forget();
      return isLoaded_ ? keep(accountPage(context_, options_.account)) : open();
    case Action::askToStop:
      return stopPage(context_, client_.step() && client_.step()->isWriteUnderWay());
    case Action::goOn:
    case Action::close:
    case Action::none:
      break;
  }
  return current_;
}

// One slice of the work, or its answer once it is done. The answer goes with a call of its own: only then the window has to wait.
Page Conversation::goOnWorking() {
  const Step step = *client_.step();
  if (workId_ != step.id || !solver_) {
    solver_.emplace(step.work);
    workId_ = step.id;
  }
  if (solver_->isFound()) return sendWork(step);
  const auto until = std::chrono::steady_clock::now() + options_.workSlice;
  solver_->run([&] { return std::chrono::steady_clock::now() < until; });
  if (solver_->isExhausted()) {
    // No fault of the person, and asking again brings the same: what the server sent has no solution.
    client_.cancel();
    solver_.reset();
    Outcome unsolvable;
    unsolvable.kind = Outcome::Kind::trouble;
    unsolvable.failure = HttpFailure::badAnswer;
    if (options_.onTrouble) options_.onTrouble(unsolvable.failure);
    return keep(troublePage(context_, unsolvable));
  }
  Page page = workPage(context_, step, solver_->percent());
  page.isCalculating = !solver_->isFound();
  return keep(std::move(page));
}

Page Conversation::sendWork(const Step& step) {
  Page page = show(client_.sendWork(solver_->answer()));
  // The solution is kept: where it did not arrive it is sent again by itself, after a while.
  if (client_.step() && client_.step()->id == workId_ && page.key == step.id) {
    page.goesOn = page.isCalculating = false;
    page.pollAfter = 5;
  }
  return page;
}

// Whoever was waited for may have given the journey more time, which only reading it anew tells.
Page Conversation::poll() {
  const std::string awaited = client_.step() && client_.step()->isPersonAwaited() ? client_.step()->id : "";
  const Outcome outcome = client_.poll();
  const bool hasCome = outcome.kind == Outcome::Kind::ok && !awaited.empty() && client_.step() && client_.step()->id != awaited;
  return show(hasCome ? client_.refresh() : outcome);
}

Page Conversation::offerToPhone() {
  PhoneOffer offer;
  const Outcome outcome = client_.offerToPhone(offer);
  if (outcome.kind != Outcome::Kind::ok) return show(outcome);
  phone_ = std::move(offer);
  return keep(phoneCodePage(context_, *phone_));
}

// The page of the code asks by itself how far the phone has come.
Page Conversation::askPhone() {
  PhoneProgress progress = PhoneProgress::over;
  const Outcome outcome = client_.phoneProgress(*phone_, progress);
  if (outcome.kind == Outcome::Kind::problem) return show(outcome);
  if (outcome.kind == Outcome::Kind::trouble) {
    Page page = show(outcome);
    page.pollAfter = page.key == phoneCodeKey ? 5 : 0;
    return keep(std::move(page));
  }
  if (progress == PhoneProgress::opened) return keep(phoneDigitsPage(context_));
  if (progress == PhoneProgress::over) return keep(phoneOverPage(context_));
  return progress == PhoneProgress::letIn ? show(client_.refresh()) : keep(phoneCodePage(context_, *phone_));
}

Page Conversation::handOver(Inputs& inputs) {
  const SecretString digits = withoutSeparators(inputs.fields.empty() ? std::string_view() : inputs.fields.front().value.view());
  if (digits.empty()) return refuse(TEXT_PHONE_DIGITS_MISSING);
  const Outcome outcome = client_.handOver(*phone_, digits);
  const bool isOver = outcome.kind == Outcome::Kind::problem && outcome.code == "phone.over";
  if (!isOver && !outcome.hasPassed()) return show(outcome);
  // These digits may have let the phone in before, and the answer that said so was lost: asked, and not guessed.
  Page page = askPhone();
  return outcome.hasPassed() && page.key == phoneDigitsKey ? withError(std::move(page), context_.texts.text(TEXT_ONCE_MORE)) : page;
}

Page Conversation::submit(Inputs inputs) {
  if (phone_) return current_.key == phoneDigitsKey ? handOver(inputs) : current_;
  if (client_.step()) return submitStep(inputs);
  if (!isLoaded_) return open();
  if (current_.fields.empty()) return current_;
  const std::string_view account = inputs.fields.empty() ? std::string_view() : trimmed(inputs.fields.front().value.view());
  if (account.empty() || !isDisplayText(account, 256)) return refuse(TEXT_ACCOUNT_MISSING);
  options_.account = account;
  current_.fields.front().value = account;
  return show(client_.start(goalName(options_.goal), account));
}

Page Conversation::submitStep(Inputs& inputs) {
  const Step& step = *client_.step();
  switch (step.kind) {
    case StepKind::chooseFactor:
      return inputs.choices.size() == 1 ? show(client_.chooseFactor(inputs.choices.front())) : refuse(TEXT_FACTOR_MISSING);
    case StepKind::code: {
      const SecretString code = withoutSeparators(inputs.fields.empty() ? std::string_view() : inputs.fields.front().value.view());
      if (code.empty()) return refuse(TEXT_CODE_MISSING);
      // A code of the wrong length must not cost an attempt.
      // What is written in another script's digits is for the server to read: it costs no try there.
      const bool isAscii = std::all_of(code.view().begin(), code.view().end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      const bool isDigits = isAscii && (step.factorKind == "email" || step.factorKind == "sms" || step.factorKind == "totp");
      if (isDigits && step.codeLength > 0 && codePoints(code.view()) != static_cast<std::size_t>(step.codeLength))
        return withError(current_, context_.texts.text(TEXT_CODE_WRONG_LENGTH, {std::to_string(step.codeLength)}));
      return show(client_.sendCode(code));
    }
    case StepKind::questions:
      for (const NamedSecret& answer : inputs.fields)
        if (answer.value.empty()) return refuse(TEXT_QUESTIONS_MISSING);
      return show(client_.answerQuestions(inputs.fields));
    case StepKind::password:
      if (inputs.fields.empty() || inputs.fields.front().value.empty()) return refuse(TEXT_CURRENT_MISSING);
      return show(client_.sendPassword(inputs.fields.front().value));
    case StepKind::linkedPassword: {
      // One account is named in the label and needs no choice.
      const bool isOne = step.options.size() == 1;
      if (!isOne && inputs.choices.size() != 1) return refuse(TEXT_LINKED_CHOOSE);
      if (inputs.fields.empty() || inputs.fields.front().value.empty()) return refuse(TEXT_CURRENT_MISSING);
      return show(client_.proveLinked(isOne ? step.options.front().id : inputs.choices.front(), inputs.fields.front().value));
    }
    case StepKind::chooseAccounts:
      return inputs.choices.empty() ? refuse(TEXT_ACCOUNTS_MISSING) : show(client_.chooseAccounts(inputs.choices));
    case StepKind::newPassword: {
      if (inputs.fields.empty() || inputs.fields.front().value.empty()) return refuse(TEXT_PASSWORD_MISSING);
      Page page = show(client_.sendPassword(inputs.fields.front().value));
      const bool isRefused = client_.step() && client_.step()->kind == StepKind::newPassword && page.notice.empty();
      return isRefused ? withError(std::move(page), context_.texts.text(TEXT_PASSWORD_REFUSED)) : page;
    }
    case StepKind::confirmUnlock:
      return show(client_.confirmUnlock());
    default:
      return current_;
  }
}

std::pair<Page, bool> Conversation::check(const SecretString& password) {
  const Outcome outcome = client_.checkPassword(password);
  if (client_.step() && client_.step()->kind == StepKind::newPassword)
    current_.rules = ruleLines(context_.texts, client_.step()->rules);
  return {current_, outcome.kind == Outcome::Kind::ok};
}

Page Conversation::expire() {
  // What is being written is not over with the journey's time: the server is asked what became of it.
  if (client_.step() && client_.step()->isWriteUnderWay()) return show(client_.refresh());
  phone_.reset();
  client_.cancel();
  return keep(endedPage(context_));
}

void Conversation::close(bool isStoppedHere) {
  const Step* const step = client_.step() ? &*client_.step() : nullptr;
  const bool isOver = step != nullptr && (step->kind == StepKind::done || step->kind == StepKind::refused);
  const bool isElsewhere = step != nullptr && step->kind == StepKind::waiting && step->waitingFor == "phone";
  if (isOver || (isElsewhere && !isStoppedHere)) {
    client_.forget();
  } else {
    client_.cancel();
  }
}

}  // namespace keyturn
