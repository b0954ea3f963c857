// How a page looks: colours, frames, marks and buttons. Where things are is decided in page-view.cpp.
#include "page-metrics.h"
#include "page-view.h"

namespace keyturn {
namespace {

void fill(HDC device, const RECT& area, COLORREF colour) {
  const HBRUSH brush = CreateSolidBrush(colour);
  FillRect(device, &area, brush);
  DeleteObject(brush);
}

void frame(HDC device, RECT area, COLORREF colour, int thickness) {
  const HBRUSH brush = CreateSolidBrush(colour);
  for (int i = 0; i < thickness; ++i) {
    FrameRect(device, &area, brush);
    InflateRect(&area, -1, -1);
  }
  DeleteObject(brush);
}

// A check mark of that size, drawn: many fonts have none. Not mirrored where the window is.
void drawCheckMark(HDC device, int left, int top, int size, COLORREF colour, int thickness) {
  const bool isMirrored = (GetLayout(device) & LAYOUT_RTL) != 0;
  const auto x = [&](int percent) { return left + (isMirrored ? 100 - percent : percent) * size / 100; };
  const POINT points[] = {{x(10), top + size * 55 / 100}, {x(40), top + size * 85 / 100}, {x(92), top + size * 20 / 100}};
  const HPEN pen = CreatePen(PS_SOLID, thickness, colour);
  const HGDIOBJ before = SelectObject(device, pen);
  Polyline(device, points, 3);
  SelectObject(device, before);
  DeleteObject(pen);
}

}  // namespace

LRESULT PageView::colourOf(HDC device, HWND control) const {
  const int id = GetDlgCtrlID(control);
  SetTextColor(device, theme_->text);
  SetBkColor(device, theme_->page);
  if (id == idProgress || (id >= idChoiceHint && id < idFieldLabel) || id >= idAfter) SetTextColor(device, theme_->quiet);
  if (id == idNotice) {
    const bool isError = page_.tone == Tone::error;
    SetBkColor(device, isError ? theme_->errorSoft : theme_->infoSoft);
    return reinterpret_cast<LRESULT>(isError ? theme_->errorBrush : theme_->infoBrush);
  }
  return reinterpret_cast<LRESULT>(theme_->pageBrush);
}

void PageView::paint() {
  PAINTSTRUCT paint = {};
  const HDC device = BeginPaint(window_, &paint);
  FillRect(device, &paint.rcPaint, theme_->pageBrush);
  SetBkMode(device, TRANSPARENT);
  RECT client = {};
  GetClientRect(window_, &client);
  const int left = theme_->px(margin);
  for (const Item& item : items_) {
    RECT area = {};
    GetWindowRect(item.window, &area);
    MapWindowPoints(nullptr, window_, reinterpret_cast<POINT*>(&area), 2);
    if (item.kind == Kind::edit) {
      const int height = theme_->px(editHeight);
      const int middle = (area.top + area.bottom) / 2;
      const RECT box = {area.left - theme_->px(12), middle - height / 2, area.right + theme_->px(12), middle - height / 2 + height};
      const bool hasFocus = focused_ == item.window;
      frame(device, box, hasFocus ? theme_->accent : theme_->line, hasFocus ? theme_->px(2) : theme_->px(1));
    } else if (item.kind == Kind::rule) {
      const RuleState state = page_.rules[static_cast<std::size_t>(item.index)].first;
      if (state == RuleState::met) {
        drawCheckMark(device, left, area.top + theme_->px(3), theme_->px(13), theme_->good, theme_->px(2));
        continue;
      }
      const HGDIOBJ before = SelectObject(device, theme_->font(FontRole::body));
      SetTextColor(device, theme_->quiet);
      RECT mark = {left, area.top, left + theme_->px(ruleIndent), area.bottom};
      DrawTextW(device, state == RuleState::open ? L"\x25CB" : L"\x2022", -1, &mark, DT_NOPREFIX | DT_SINGLELINE);
      SelectObject(device, before);
    } else if (GetDlgCtrlID(item.window) == idNotice) {
      const bool isError = page_.tone == Tone::error;
      const int padding = theme_->px(noticePadding);
      const RECT box = {left, area.top - padding, client.right - left, area.bottom + padding};
      const RECT bar = {left, box.top, left + theme_->px(4), box.bottom};
      fill(device, box, isError ? theme_->errorSoft : theme_->infoSoft);
      fill(device, bar, isError ? theme_->error : theme_->info);
    }
  }
  EndPaint(window_, &paint);
}

// Dark on light in every colour scheme, high contrast too: many readers take no other.
void PageView::drawCode(const DRAWITEMSTRUCT& draw) const {
  constexpr COLORREF light = RGB(255, 255, 255);
  constexpr COLORREF dark = RGB(0, 0, 0);
  fill(draw.hDC, draw.rcItem, light);
  const int module = (draw.rcItem.right - draw.rcItem.left) / (code_.size + 2 * qrQuietZone);
  // A window that reads from right to left mirrors what is drawn; a mirrored code is none to many readers.
  const bool isMirrored = (GetLayout(draw.hDC) & LAYOUT_RTL) != 0;
  for (int y = 0; y < code_.size; ++y)
    for (int x = 0; x < code_.size; ++x) {
      if (!code_.isDark(isMirrored ? code_.size - 1 - x : x, y)) continue;
      const LONG left = draw.rcItem.left + (x + qrQuietZone) * module;
      const LONG top = draw.rcItem.top + (y + qrQuietZone) * module;
      fill(draw.hDC, {left, top, left + module, top + module}, dark);
    }
}

void PageView::drawButton(const DRAWITEMSTRUCT& draw) const {
  const int id = static_cast<int>(draw.CtlID);
  const bool isPrimary = !page_.buttons.empty() && id == buttonId(page_.buttons.front().action);
  const bool isPressed = (draw.itemState & ODS_SELECTED) != 0;
  const bool isDisabled = (draw.itemState & ODS_DISABLED) != 0;
  RECT area = draw.rcItem;
  FillRect(draw.hDC, &area, theme_->pageBrush);
  // The focus ring stands off the button.
  if ((draw.itemState & ODS_FOCUS) != 0) frame(draw.hDC, area, theme_->text, theme_->px(2));
  InflateRect(&area, -theme_->px(focusRing), -theme_->px(focusRing));
  COLORREF colour = theme_->accent;
  if (isPrimary) {
    fill(draw.hDC, area, isDisabled ? theme_->quiet : isPressed ? theme_->accentDark : theme_->accent);
    colour = theme_->accentText;
  } else {
    fill(draw.hDC, area, isPressed ? theme_->infoSoft : theme_->page);
    frame(draw.hDC, area, isDisabled ? theme_->line : theme_->accent, theme_->px(1));
    if (isDisabled) colour = theme_->quiet;
  }
  SetBkMode(draw.hDC, TRANSPARENT);
  SetTextColor(draw.hDC, colour);
  WCHAR text[200] = {};
  GetWindowTextW(draw.hwndItem, text, 199);
  const HGDIOBJ before = SelectObject(draw.hDC, theme_->font(id == idShowPassword || id == idKeyboard ? FontRole::body : FontRole::strong));
  DrawTextW(draw.hDC, text, -1, &area, DT_CENTER | DT_VCENTER | DT_SINGLELINE | DT_NOPREFIX | DT_END_ELLIPSIS);
  SelectObject(draw.hDC, before);
}

}  // namespace keyturn
