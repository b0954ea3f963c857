#include "page-parts.h"

namespace keyturn {

Page emptyPage(const PageContext& context, std::string key, std::string title) {
  Page page;
  page.key = std::move(key);
  page.title = std::move(title);
  page.organisation = context.organisation;
  page.windowTitle = context.texts.text(context.goal == KioskGoal::resetPassword ? TEXT_WINDOW_RESET : TEXT_WINDOW_UNLOCK);
  return page;
}

void addHelp(const PageContext& context, Page& page) {
  if (!context.helpDesk.empty()) page.after.push_back(context.texts.text(TEXT_HELP, {context.helpDesk}));
}

void addButton(const PageContext& context, Page& page, Action action, unsigned text, std::int64_t enabledAfter) {
  page.buttons.push_back({action, context.texts.text(text), enabledAfter});
}

void addStop(const PageContext& context, Page& page) {
  addButton(context, page, Action::askToStop, TEXT_CANCEL);
  page.onEscape = Action::askToStop;
}

void addClose(const PageContext& context, Page& page) {
  addButton(context, page, Action::close, TEXT_CLOSE);
  page.onEscape = Action::close;
}

void addPortal(const PageContext& context, Page& page) { page.portal = context.portalAddress; }

void addPhone(const PageContext& context, Page& page, const Step& step) {
  if (step.canHandOver) addButton(context, page, Action::usePhone, TEXT_PHONE_BUTTON);
}

std::string joinLabels(const std::vector<StepOption>& options) {
  std::string joined;
  for (const StepOption& option : options) {
    if (!joined.empty()) joined += ", ";
    joined += option.label;
  }
  return joined;
}

}  // namespace keyturn
