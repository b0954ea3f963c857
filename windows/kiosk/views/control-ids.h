// Ids of the controls of a page. Fixed, so that a page can be found its way around by programs.
#pragma once

#include "../page.h"

namespace keyturn {

enum ControlId : int {
  idProgress = 101,
  idTitle = 102,
  idNotice = 103,
  idParagraph = 110,
  idShown = 190,
  idPortal = 191,
  idPortalCode = 192,
  idChoice = 200,
  idChoiceHint = 250,
  idFieldHint = 300,
  idFieldLabel = 320,
  idField = 340,
  idShowPassword = 390,
  idKeyboard = 391,
  idRulesTitle = 399,
  idRule = 400,
  idButton = 500,  // + Action
  idAfter = 600,
};

constexpr int buttonId(Action action) { return idButton + static_cast<int>(action); }

}  // namespace keyturn
