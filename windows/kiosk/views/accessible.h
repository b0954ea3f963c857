// Names, descriptions and announcements for screen readers, where the text of a control does not say it already.
#pragma once

#include <windows.h>

#include <string>

namespace keyturn {

// What is read instead of, or after, the control's own text. Without the system's support nothing happens.
void setAccessibleName(HWND control, const std::wstring& name);
void setAccessibleDescription(HWND control, const std::wstring& description);
// Makes a screen reader take the window as a dialog.
void setDialogRole(HWND window);
// Makes changes of a text be read out at once.
void makeLiveRegion(HWND control);
void announce(HWND control);
// Forgets what was set for a control, before it is destroyed.
void clearAccessible(HWND control);

}  // namespace keyturn
