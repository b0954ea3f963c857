// Sizes, fonts and colours for one DPI. Fonts grow with the system's text size; colours are the system's own under high contrast.
#pragma once

#include <windows.h>

namespace keyturn {

enum class FontRole { body, strong, small, title, header };

class Theme {
 public:
  explicit Theme(UINT dpi);
  ~Theme();
  Theme(const Theme&) = delete;
  Theme& operator=(const Theme&) = delete;

  HFONT font(FontRole role) const { return fonts_[static_cast<int>(role)]; }
  // Device pixels of a length given for 96 DPI and normal text.
  int px(int length) const { return MulDiv(length, scale_, 9600); }

  COLORREF page, text, quiet, accent, accentText, accentDark, line, header, headerText, error, errorSoft, info, infoSoft, good;
  HBRUSH pageBrush, errorBrush, infoBrush;

 private:
  HFONT fonts_[5] = {};
  int scale_;  // DPI times percent of text size
};

}  // namespace keyturn
