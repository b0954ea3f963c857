// What the window shows: a description without any Windows type. build-page.cpp makes it, views/page-view.cpp draws it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journey-client.h"

namespace keyturn {

// What a button asks for.
enum class Action {
  none,
  submit,        // the answer of this page
  back,
  resend,
  keepPassword,
  retry,         // load again what could not be loaded
  poll,
  startAgain,
  askToStop,
  goOn,          // back from the question whether to stop
  close,
  finish,        // leaves it at what was reached
  usePhone,      // hands the journey over to a phone
};

enum class FieldKind {
  text,
  code,
  answer,  // kept like a code, but words of a language: with an input method where one is needed to write them
  password,
};

struct Field {
  FieldKind kind = FieldKind::text;
  std::string id;
  std::string label;
  std::string hint;
  std::string value;          // only of kind `text`
  std::size_t longest = 256;  // in characters
};

struct Choice {
  std::string id;
  std::string label;
  std::string hint;
  bool selected = false;
};

struct Button {
  Action action = Action::none;
  std::string label;
  std::int64_t enabledAfter = 0;  // seconds
};

enum class Tone { info, error };

struct Page {
  std::string key;       // two pages with the same key show the same question: what was typed may stay
  bool keepsInput = false;
  std::string progress;
  std::string title;
  std::string notice;    // announced to screen readers
  Tone tone = Tone::info;
  std::vector<std::string> paragraphs;
  std::string shown;     // to be read out: large, below the paragraphs
  std::string portal;    // address to go on at, on another device
  std::string code;      // address for a phone alone: as a code, not in words
  std::vector<Choice> choices;
  bool severalChoices = false;
  std::vector<Field> fields;
  std::string rulesTitle;
  std::vector<std::pair<RuleState, std::string>> rules;
  bool checksWhileTyping = false;
  std::vector<std::string> after;     // quieter, below the buttons
  std::vector<Button> buttons;        // the first one is what Enter does
  Action onEscape = Action::close;
  bool writes = false;                // its answer changes the account: while that is under way, stopping takes nothing back
  int patience = 0;                   // seconds without typing that are ordinary here, a mail for example takes its time
  int pollAfter = 0;                  // seconds, 0 = no poll
  bool goesOn = false;                // polls at once: there is work to go on with
  bool isCalculating = false;         // that poll asks nobody and is short: the page stays usable meanwhile
  std::optional<std::int64_t> expiresIn;  // seconds of the journey's life
  bool isServersTime = false;         // how long that is the server says when it is over
  std::string organisation;           // in the header
  std::string windowTitle;
  bool isFinal = false;               // nothing is open at the server any more
  bool isReached = false;             // what the person came for is done
};

// What a page was answered with.
struct Inputs {
  std::vector<NamedSecret> fields;
  std::vector<std::string> choices;
  bool isUnreadable = false;  // one of the fields holds what is no text: half a character, for example
};

}  // namespace keyturn
