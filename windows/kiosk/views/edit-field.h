// Edit controls of the window: no context menu, no clipboard out of a secret, nothing left behind in memory.
#pragma once

#include <windows.h>

#include <optional>

#include "../page.h"

namespace keyturn {

// Makes the control. `parent` gets its notifications.
HWND createEdit(HWND parent, int id, const Field& field);
// The content in UTF-8; nothing where it is no text, as half a character is none.
std::optional<SecretString> readEdit(HWND edit);
void writeEdit(HWND edit, const SecretString& text);
// Overwrites the control's own copy, then empties it.
void wipeEdit(HWND edit);
// Shows or hides what is typed into a password field.
void setPasswordShown(HWND edit, bool isShown);

}  // namespace keyturn
