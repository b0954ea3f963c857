// Makes pages of steps and of what goes wrong. Pure: the same step and texts give the same page.
#pragma once

#include <string>
#include <string_view>

#include "journey-client.h"
#include "kiosk-start.h"
#include "page.h"
#include "system.h"
#include "texts/texts.h"

namespace keyturn {

// What all pages of one run have in common.
struct PageContext {
  const ITexts& texts;
  KioskGoal goal = KioskGoal::resetPassword;
  std::string portalAddress;
  std::string offlineMessage;  // of the settings, empty = built in
  std::string helpDesk;        // of the settings, else of the server, may be empty
  std::string organisation;
  std::string awayMessage;     // of the settings: how to get to the company network, may be empty
  DomainReach domain = DomainReach::notKnown;
};

Page connectingPage(const PageContext& context);
Page accountPage(const PageContext& context, std::string_view account);
Page stepPage(const PageContext& context, const JourneyClient& client);
// The page for a trouble without which nothing can be done. `Action::retry` loads again.
Page troublePage(const PageContext& context, const Outcome& outcome);
Page endedPage(const PageContext& context);
// The journey ended while its answer was being written, and nobody can tell any more what became of it.
Page resultNotKnownPage(const PageContext& context);
Page notOfferedPage(const PageContext& context);
Page stopPage(const PageContext& context, bool isWriting);

// How far the work is that the server asked for: at least so many hundredths are done.
Page workPage(const PageContext& context, const Step& step, int percent);
// The same page with a notice on it.
Page withError(Page page, const std::string& notice);
// The sentence for a problem or a trouble in the middle of a journey.
std::string sentenceFor(const PageContext& context, const Outcome& outcome);
// Rules as lines of a page.
std::vector<std::pair<RuleState, std::string>> ruleLines(const ITexts& texts, const std::vector<StepRule>& rules);

}  // namespace keyturn
