// A conversation with a server that answers what a test has given it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conversation.h"
#include "fake-http.h"

namespace keyturn::test {

struct Talk {
  FakeHttp http;
  NumberTexts texts;
  std::vector<HttpFailure> troubles;
  Conversation conversation;
  explicit Talk(KioskGoal goal = KioskGoal::resetPassword, std::chrono::milliseconds workSlice = std::chrono::milliseconds(250))
      : conversation(http, texts, options(goal, workSlice)) {}
  ConversationOptions options(KioskGoal goal, std::chrono::milliseconds workSlice) {
    ConversationOptions options;
    options.workSlice = workSlice;
    options.goal = goal;
    options.language = "en";
    options.version = "1";
    options.portalAddress = "https://reset.example.com/";
    options.onTrouble = [this](HttpFailure failure) { troubles.push_back(failure); };
    return options;
  }
  Page send(const std::string& value) {
    Inputs inputs;
    inputs.fields.push_back({"field", SecretString(value)});
    return conversation.perform(Action::submit, std::move(inputs));
  }
  Page choose(const std::string& id) {
    Inputs inputs;
    inputs.choices.push_back(id);
    return conversation.perform(Action::submit, std::move(inputs));
  }
  Page act(Action action) { return conversation.perform(action, {}); }
  // Up to the question for a code.
  void toCode() {
    http.answer(200, site);
    http.answer(201, started(code));
    conversation.open();
    send("alice");
  }
};

inline bool says(const std::string& text, unsigned id) { return text.find("#" + std::to_string(id) + " ") != std::string::npos; }
inline bool offers(const Page& page, Action action) {
  for (const Button& button : page.buttons)
    if (button.action == action) return true;
  return false;
}

}  // namespace keyturn::test
