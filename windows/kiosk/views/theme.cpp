#include "theme.h"

#include <algorithm>

namespace keyturn {
namespace {

// Height of the message font at 96 DPI and text size 100 %.
constexpr int normalHeight = 12;

bool isHighContrast() {
  HIGHCONTRASTW contrast = {};
  contrast.cbSize = sizeof contrast;
  return SystemParametersInfoW(SPI_GETHIGHCONTRAST, sizeof contrast, &contrast, 0) && (contrast.dwFlags & HCF_HIGHCONTRASTON) != 0;
}

LOGFONTW messageFont(UINT dpi) {
  NONCLIENTMETRICSW metrics = {};
  metrics.cbSize = sizeof metrics;
  if (SystemParametersInfoForDpi(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0, dpi) && metrics.lfMessageFont.lfHeight < 0)
    return metrics.lfMessageFont;
  LOGFONTW font = {};
  font.lfHeight = -MulDiv(normalHeight, static_cast<int>(dpi), 96);
  font.lfCharSet = DEFAULT_CHARSET;
  lstrcpynW(font.lfFaceName, L"Segoe UI", LF_FACESIZE);
  return font;
}

}  // namespace

Theme::Theme(UINT dpi) {
  LOGFONTW font = messageFont(dpi);
  const int percent = std::clamp(MulDiv(-font.lfHeight * 100, 96, normalHeight * static_cast<int>(dpi)), 100, 225);
  scale_ = static_cast<int>(dpi) * percent;
  font.lfQuality = CLEARTYPE_QUALITY;
  const struct {
    FontRole role;
    int height;
    LONG weight;
  } sizes[] = {{FontRole::body, 15, FW_NORMAL},
               {FontRole::strong, 15, FW_SEMIBOLD},
               {FontRole::small, 13, FW_NORMAL},
               {FontRole::title, 26, FW_SEMIBOLD},
               {FontRole::header, 17, FW_SEMIBOLD}};
  for (const auto& size : sizes) {
    font.lfHeight = -px(size.height);
    font.lfWeight = size.weight;
    fonts_[static_cast<int>(size.role)] = CreateFontIndirectW(&font);
  }

  if (isHighContrast()) {
    page = GetSysColor(COLOR_WINDOW);
    text = quiet = line = good = error = info = GetSysColor(COLOR_WINDOWTEXT);
    accent = accentDark = GetSysColor(COLOR_HIGHLIGHT);
    accentText = GetSysColor(COLOR_HIGHLIGHTTEXT);
    header = errorSoft = infoSoft = page;
    headerText = text;
  } else {
    page = RGB(255, 255, 255);
    text = RGB(0x1B, 0x1F, 0x2A);
    quiet = RGB(0x5A, 0x62, 0x72);
    accent = RGB(0x2A, 0x54, 0xC4);
    accentDark = RGB(0x22, 0x46, 0xA8);
    accentText = RGB(255, 255, 255);
    line = RGB(0x8A, 0x92, 0xA3);
    header = RGB(0xF3, 0xF5, 0xF9);
    headerText = text;
    error = RGB(0xB4, 0x23, 0x18);
    errorSoft = RGB(0xFD, 0xEC, 0xEA);
    info = accent;
    infoSoft = RGB(0xE9, 0xEE, 0xFB);
    good = RGB(0x1A, 0x7F, 0x45);
  }
  pageBrush = CreateSolidBrush(page);
  errorBrush = CreateSolidBrush(errorSoft);
  infoBrush = CreateSolidBrush(infoSoft);
}

Theme::~Theme() {
  for (const HFONT font : fonts_) DeleteObject(font);
  DeleteObject(pageBrush);
  DeleteObject(errorBrush);
  DeleteObject(infoBrush);
}

}  // namespace keyturn
