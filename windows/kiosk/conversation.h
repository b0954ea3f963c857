// The whole recovery as a sequence of pages: takes what a button asks for, talks to the server, answers with the next page.
// Everything here may block for as long as a request takes: the window calls it on its worker thread, one call at a time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "build-page.h"
#include "journey-client.h"
#include "page.h"

namespace keyturn {

struct ConversationOptions {
  KioskGoal goal = KioskGoal::resetPassword;
  std::string account;         // to fill in, may be empty
  std::string language;        // BCP 47
  std::string version;
  std::string portalAddress;
  std::string offlineMessage;
  std::string helpDesk;
  std::string awayMessage;
  // Whether this computer reaches a domain controller; asked before a page that tells of it. None: nobody knows.
  std::function<DomainReach()> domainReach;
  // How long the work that a server asks for is gone on with before the window is heard again.
  std::chrono::milliseconds workSlice{250};
  // Told of every request that got no usable answer, for the event log.
  std::function<void(HttpFailure)> onTrouble;
};

class Conversation {
 public:
  Conversation(IHttp& http, const ITexts& texts, ConversationOptions options);

  // The page to show before anything was asked of the server.
  Page connecting() const { return connectingPage(context_); }
  // Asks the server who it is; the first page with a question, or what went wrong.
  Page open();
  Page perform(Action action, Inputs inputs);
  // The rules of the password page with the server's verdicts; the second is false where no verdict could be had.
  std::pair<Page, bool> check(const SecretString& password);
  // Ends the journey because its time is over.
  Page expire();
  // The last word to the server: ends the journey there if one is open. What goes on at a phone is ended only by a person who stops it here.
  void close(bool isStoppedHere);

  // The question whether to stop while an answer is being written.
  Page writingQuestion() const { return stopPage(context_, true); }

  // Whether a journey with something to lose is open.
  bool isInJourney() const { return client_.isOpen(); }

 private:
  Page submit(Inputs inputs);
  Page submitStep(Inputs& inputs);
  Page poll();
  Page offerToPhone();
  Page askPhone();
  Page handOver(Inputs& inputs);
  Page goOnWorking();
  Page sendWork(const Step& step);
  Page show(const Outcome& outcome);
  Page showAnew();
  Page refuse(unsigned text) const { return withError(current_, context_.texts.text(text)); }
  Page keep(Page page);
  void askDomain();

  JourneyClient client_;
  ConversationOptions options_;
  PageContext context_;
  Page current_;
  bool isLoaded_ = false;
  // A phone that is to take the journey over, until it has or nothing comes of it.
  std::optional<PhoneOffer> phone_;
  // The work of the step with that id, as far as it is done.
  std::string workId_;
  std::optional<WorkSolver> solver_;
};

// The code without spaces, dashes and other separators people and mail programs put in.
SecretString withoutSeparators(std::string_view code);

}  // namespace keyturn
