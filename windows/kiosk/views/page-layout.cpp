// Where everything stands on the page: sizes, places and the way to what does not fit.
#include "page-view.h"

#include <windowsx.h>

#include <algorithm>

#include "page-metrics.h"
#include "utf.h"

namespace keyturn {
namespace {

std::wstring wide(const std::string& text) { return toWide(text).value_or(std::wstring()); }

int textHeight(HDC device, const std::wstring& text, int width) {
  RECT area = {0, 0, width, 0};
  DrawTextW(device, text.c_str(), static_cast<int>(text.size()), &area, DT_CALCRECT | DT_WORDBREAK | DT_NOPREFIX);
  return area.bottom;
}

int textWidth(HDC device, const std::wstring& text) {
  RECT area = {};
  DrawTextW(device, text.c_str(), static_cast<int>(text.size()), &area, DT_CALCRECT | DT_SINGLELINE | DT_NOPREFIX);
  return area.right;
}

// A device context with a font selected, for measuring.
class Measure {
 public:
  Measure(HWND window, HFONT font) : window_(window), device_(GetDC(window)), before_(SelectObject(device_, font)) {}
  ~Measure() {
    SelectObject(device_, before_);
    ReleaseDC(window_, device_);
  }
  Measure(const Measure&) = delete;
  Measure& operator=(const Measure&) = delete;
  HDC device() const { return device_; }

 private:
  HWND window_;
  HDC device_;
  HGDIOBJ before_;
};

}  // namespace

void PageView::setTheme(const Theme& theme) {
  theme_ = &theme;
  for (const Item& item : items_) SendMessageW(item.window, WM_SETFONT, reinterpret_cast<WPARAM>(theme.font(item.font)), TRUE);
  layout();
}

void PageView::place(const RECT& area) {
  MoveWindow(window_, area.left, area.top, area.right - area.left, area.bottom - area.top, TRUE);
  layout();
}

int PageView::codeSide(int width) const {
  const int modules = code_.size + 2 * qrQuietZone;
  return modules * std::max(1, std::min(theme_->px(codeModule), width / modules));
}

int PageView::heightOf(const Item& item, int width) const {
  if (item.kind == Kind::code) return codeSide(width);
  if (item.kind == Kind::edit) return theme_->px(editHeight);
  if (item.kind == Kind::keyboard) return theme_->px(smallButtonHeight);
  const Measure measure(window_, theme_->font(item.font));
  // A check box or radio button has its mark before the text.
  const int inner = item.kind == Kind::choice ? width - theme_->px(choiceIndent) : width;
  return textHeight(measure.device(), item.text, inner) + theme_->px(item.kind == Kind::choice ? 4 : 1);
}

int PageView::placeButtons(int top, int width) {
  const int height = theme_->px(buttonHeight);
  const int gap = theme_->px(12);
  int x = 0;
  for (const Item& item : items_) {
    if (item.kind != Kind::button) continue;
    const Measure measure(window_, theme_->font(item.font));
    // Wide enough for the text that stands there while waiting, so that nothing moves.
    const int needed = std::max(textWidth(measure.device(), item.text), item.index == 0 ? textWidth(measure.device(), wide(texts_.text(TEXT_WAIT))) : 0);
    const int own = std::min(width, std::max(needed + theme_->px(36), theme_->px(104)));
    if (x > 0 && x + own > width) {
      x = 0;
      top += height + gap;
    }
    MoveWindow(item.window, theme_->px(margin - focusRing) + x, top, own, height, TRUE);
    x += own + gap;
  }
  return top + height;
}

void PageView::layout() {
  RECT client = {};
  GetClientRect(window_, &client);
  const int left = theme_->px(margin);
  const int width = std::max<int>(client.right - 2 * left, theme_->px(160));
  int y = theme_->px(28) - scrolled_;
  bool arePlaced = false;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    if (item.kind == Kind::toggle) continue;
    if (item.kind == Kind::button) {
      if (!arePlaced) y = placeButtons(y + theme_->px(item.gap), width);
      arePlaced = true;
      continue;
    }
    const int indent = theme_->px(item.indent);
    const bool isNotice = GetDlgCtrlID(item.window) == idNotice;
    const int itemWidth = width - indent - (isNotice ? theme_->px(noticePadding) : 0);
    y += theme_->px(item.gap);
    int height = heightOf(item, itemWidth);
    if (item.kind == Kind::edit) {
      const bool hasToggle = i + 1 < items_.size() && items_[i + 1].kind == Kind::toggle;
      const int toggleWidth = hasToggle ? theme_->px(96) : 0;
      const Measure measure(window_, theme_->font(item.font));
      const int line = textHeight(measure.device(), L"Xg", width);
      // The frame around the edit control is drawn by this window.
      MoveWindow(item.window, left + theme_->px(12), y + (height - line) / 2, width - toggleWidth - theme_->px(24), line, TRUE);
      if (hasToggle) MoveWindow(items_[i + 1].window, left + width - toggleWidth + theme_->px(8), y, toggleWidth - theme_->px(8), height, TRUE);
    } else if (item.kind == Kind::keyboard) {
      const Measure measure(window_, theme_->font(item.font));
      const int own = std::min(width, textWidth(measure.device(), item.text) + theme_->px(28));
      MoveWindow(item.window, left - theme_->px(focusRing), y, own, height, TRUE);
    } else {
      MoveWindow(item.window, left + indent, y, item.kind == Kind::code ? height : itemWidth, height, TRUE);
    }
    y += height + (isNotice ? theme_->px(noticePadding) : 0);
  }
  contentHeight_ = y + scrolled_ + theme_->px(28);

  SCROLLINFO scroll = {};
  scroll.cbSize = sizeof scroll;
  scroll.fMask = SIF_RANGE | SIF_PAGE | SIF_POS;
  scroll.nMax = contentHeight_ - 1;
  scroll.nPage = static_cast<UINT>(client.bottom);
  scroll.nPos = scrolled_;
  const LONG widthBefore = client.right;
  SetScrollInfo(window_, SB_VERT, &scroll, TRUE);
  // The bar came or went: the width has changed with it.
  GetClientRect(window_, &client);
  if (client.right != widthBefore && !isLayingOut_) {
    isLayingOut_ = true;
    layout();
    isLayingOut_ = false;
  }
  InvalidateRect(window_, nullptr, TRUE);
}

void PageView::scrollTo(int position) {
  RECT client = {};
  GetClientRect(window_, &client);
  const int most = std::max<int>(contentHeight_ - client.bottom, 0);
  position = std::clamp(position, 0, most);
  if (position == scrolled_) return;
  scrolled_ = position;
  layout();
}

void PageView::ensureVisible(HWND control) {
  RECT area = {};
  RECT client = {};
  GetWindowRect(control, &area);
  MapWindowPoints(nullptr, window_, reinterpret_cast<POINT*>(&area), 2);
  GetClientRect(window_, &client);
  const int room = theme_->px(24);
  if (area.top < room) scrollTo(scrolled_ + area.top - room);
  if (area.bottom > client.bottom - room) scrollTo(scrolled_ + area.bottom - client.bottom + room);
}

}  // namespace keyturn
