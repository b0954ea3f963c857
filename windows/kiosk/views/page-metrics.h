// Lengths of a page at 96 DPI and normal text, for laying it out and for drawing it.
#pragma once

namespace keyturn {

inline constexpr int margin = 40;
inline constexpr int editHeight = 40;
inline constexpr int buttonHeight = 42;
inline constexpr int smallButtonHeight = 34;
inline constexpr int noticePadding = 12;
inline constexpr int ruleIndent = 24;
inline constexpr int choiceIndent = 18;
inline constexpr int focusRing = 3;
inline constexpr int codeModule = 5;  // of a QR code

}  // namespace keyturn
