#include "page-view.h"

#include <windowsx.h>

#include <algorithm>

#include "accessible.h"
#include "edit-field.h"
#include "page-metrics.h"
#include "utf.h"

namespace keyturn {
namespace {

constexpr wchar_t className[] = L"KeyturnPage";
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

PageView::PageView(HWND parent, HINSTANCE instance, const ITexts& texts, const Theme& theme, PageEvents events)
    : instance_(instance), texts_(texts), theme_(&theme), events_(std::move(events)) {
  WNDCLASSEXW type = {};
  type.cbSize = sizeof type;
  type.lpfnWndProc = procedure;
  type.hInstance = instance;
  type.hCursor = LoadCursorW(nullptr, IDC_ARROW);
  type.lpszClassName = className;
  RegisterClassExW(&type);
  window_ = CreateWindowExW(WS_EX_CONTROLPARENT, className, L"", WS_CHILD | WS_VISIBLE | WS_CLIPCHILDREN | WS_VSCROLL, 0, 0, 10, 10, parent, nullptr,
                            instance, this);
}

PageView::~PageView() {
  clear();
  if (window_ != nullptr) {
    SetWindowLongPtrW(window_, GWLP_USERDATA, 0);
    DestroyWindow(window_);
  }
}

PageView::Item& PageView::add(Kind kind, int id, const wchar_t* controlClass, const std::string& text, DWORD style, FontRole font, int gap) {
  Item item;
  item.kind = kind;
  item.font = font;
  item.gap = gap;
  item.text = wide(text);
  item.window = CreateWindowExW(0, controlClass, item.text.c_str(), WS_CHILD | WS_VISIBLE | style, 0, 0, 10, 10, window_,
                                reinterpret_cast<HMENU>(static_cast<INT_PTR>(id)), instance_, nullptr);
  items_.push_back(std::move(item));
  return items_.back();
}

void PageView::addText(int id, const std::string& text, FontRole font, int gap, int indent) {
  add(Kind::text, id, L"STATIC", text, SS_NOPREFIX, font, gap).indent = indent;
}

void PageView::addChoices(const Page& page) {
  for (std::size_t i = 0; i < page.choices.size(); ++i) {
    const Choice& choice = page.choices[i];
    const int index = static_cast<int>(i);
    // One tab stop for a group of radio buttons; the arrow keys move within it.
    const DWORD group = i == 0 ? WS_GROUP | WS_TABSTOP : 0u;
    const DWORD style = page.severalChoices ? BS_AUTOCHECKBOX | WS_TABSTOP : BS_AUTORADIOBUTTON | group;
    Item& item = add(Kind::choice, idChoice + index, L"BUTTON", choice.label, style | BS_MULTILINE | BS_NOTIFY, FontRole::body, i == 0 ? 16 : 12);
    item.index = index;
    if (choice.selected) SendMessageW(item.window, BM_SETCHECK, BST_CHECKED, 0);
    if (choice.hint.empty()) continue;
    setAccessibleDescription(item.window, wide(choice.hint));
    addText(idChoiceHint + index, choice.hint, FontRole::small, 2, choiceIndent);
  }
}

void PageView::addField(const Page& page, int index) {
  const Field& field = page.fields[static_cast<std::size_t>(index)];
  // The label is made right before the edit control: that is what gives the control its name. The hint is drawn between both.
  std::size_t hint = 0;
  if (!field.hint.empty()) {
    hint = items_.size() + 1;
    addText(idFieldHint + index, field.hint, FontRole::small, 2);
  }
  addText(idFieldLabel + index, field.label, FontRole::strong, 20);
  if (hint != 0) std::swap(items_[hint - 1], items_[hint]);
  Item item;
  item.kind = Kind::edit;
  item.gap = 8;
  item.index = index;
  item.window = createEdit(window_, idField + index, field);
  items_.push_back(item);
  if (!field.hint.empty()) setAccessibleDescription(item.window, wide(field.hint));
  if (field.kind != FieldKind::password) return;
  Item& toggle = add(Kind::toggle, idShowPassword, L"BUTTON", texts_.text(TEXT_PASSWORD_SHOW), WS_TABSTOP | BS_OWNERDRAW | BS_NOTIFY, FontRole::body, 0);
  setAccessibleName(toggle.window, wide(texts_.text(TEXT_PASSWORD_SHOW_NAME)));
}

void PageView::addRules(const Page& page) {
  if (page.rules.empty()) return;
  addText(idRulesTitle, page.rulesTitle, FontRole::strong, 20);
  for (std::size_t i = 0; i < page.rules.size(); ++i) {
    Item& item = add(Kind::rule, idRule + static_cast<int>(i), L"STATIC", page.rules[i].second, SS_NOPREFIX, FontRole::body, 4);
    item.index = static_cast<int>(i);
    item.indent = ruleIndent;
  }
  updateRules(page.rules);
}

void PageView::clear() {
  isBuilding_ = true;
  for (const Item& item : items_) {
    if (item.kind == Kind::edit) wipeEdit(item.window);
    clearAccessible(item.window);
    DestroyWindow(item.window);
  }
  items_.clear();
  focused_ = lastFocused_ = nullptr;
  isBuilding_ = false;
}

void PageView::show(const Page& page) {
  Inputs before;
  const bool keeps = page.keepsInput && page.key == page_.key;
  if (keeps) before = inputs();
  SendMessageW(window_, WM_SETREDRAW, FALSE, 0);
  clear();
  page_ = page;
  isBusy_ = false;
  isPasswordShown_ = false;
  isBuilding_ = true;

  if (!page.progress.empty()) addText(idProgress, page.progress, FontRole::small, 0);
  addText(idTitle, page.title, FontRole::title, page.progress.empty() ? 0 : 4);
  if (!page.notice.empty()) {
    const bool isError = page.tone == Tone::error;
    addText(idNotice, isError ? texts_.text(TEXT_ERROR_PREFIX, {page.notice}) : page.notice, FontRole::body, 16 + noticePadding, noticePadding + 4);
    makeLiveRegion(items_.back().window);
  }
  for (std::size_t i = 0; i < page.paragraphs.size(); ++i)
    addText(idParagraph + static_cast<int>(i), page.paragraphs[i], FontRole::body, i == 0 ? 14 : 8);
  addChoices(page);
  for (std::size_t i = 0; i < page.fields.size(); ++i) addField(page, static_cast<int>(i));
  addRules(page);
  for (std::size_t i = 0; i < page.buttons.size(); ++i) {
    const Button& button = page.buttons[i];
    Item& item = add(Kind::button, buttonId(button.action), L"BUTTON", button.label, WS_TABSTOP | BS_OWNERDRAW | BS_NOTIFY | (i == 0 ? WS_GROUP : 0u),
                     FontRole::strong, 24);
    item.index = static_cast<int>(i);
    if (button.enabledAfter > 0) EnableWindow(item.window, FALSE);
  }
  for (std::size_t i = 0; i < page.after.size(); ++i)
    addText(idAfter + static_cast<int>(i), page.after[i], FontRole::small, i == 0 ? 20 : 6);

  for (const Item& item : items_) SendMessageW(item.window, WM_SETFONT, reinterpret_cast<WPARAM>(theme_->font(item.font)), FALSE);
  scrolled_ = 0;
  layout();
  // Not before the controls have their size: an edit control scrolls to its caret when it gets its text.
  if (keeps)
    for (const Item& item : items_)
      if (item.kind == Kind::edit && static_cast<std::size_t>(item.index) < before.fields.size())
        writeEdit(item.window, before.fields[static_cast<std::size_t>(item.index)].value);
  isBuilding_ = false;
  SendMessageW(window_, WM_SETREDRAW, TRUE, 0);
  RedrawWindow(window_, nullptr, nullptr, RDW_INVALIDATE | RDW_ERASE | RDW_ALLCHILDREN);
  focusFirst();
  const HWND notice = GetDlgItem(window_, idNotice);
  if (notice != nullptr) announce(notice);
}

Inputs PageView::inputs() const {
  Inputs inputs;
  for (const Item& item : items_) {
    const std::size_t index = static_cast<std::size_t>(item.index);
    if (item.kind == Kind::edit) inputs.fields.push_back({page_.fields[index].id, readEdit(item.window)});
    if (item.kind == Kind::choice && SendMessageW(item.window, BM_GETCHECK, 0, 0) == BST_CHECKED) inputs.choices.push_back(page_.choices[index].id);
  }
  return inputs;
}

void PageView::updateRules(const std::vector<std::pair<RuleState, std::string>>& rules) {
  bool fits = true;
  for (Item& item : items_) {
    if (item.kind != Kind::rule) continue;
    const std::size_t index = static_cast<std::size_t>(item.index);
    if (index >= rules.size()) continue;
    const auto& [state, text] = rules[index];
    if (item.text != wide(text)) {
      item.text = wide(text);
      SetWindowTextW(item.window, item.text.c_str());
      fits = false;
    }
    if (!page_.checksWhileTyping) continue;
    const std::string name = state == RuleState::met    ? texts_.text(TEXT_RULE_MET, {text})
                             : state == RuleState::open ? texts_.text(TEXT_RULE_OPEN, {text})
                                                        : text;
    setAccessibleName(item.window, wide(name));
  }
  page_.rules = rules;
  if (!fits && !isBuilding_) layout();
  InvalidateRect(window_, nullptr, TRUE);
}

void PageView::updateParagraphs(const Page& page) {
  bool fits = true;
  for (Item& item : items_) {
    if (item.kind != Kind::text) continue;
    const int index = GetDlgCtrlID(item.window) - idParagraph;
    if (index < 0 || index >= static_cast<int>(std::min(page.paragraphs.size(), page_.paragraphs.size()))) continue;
    const std::wstring text = wide(page.paragraphs[static_cast<std::size_t>(index)]);
    if (text == item.text) continue;
    item.text = text;
    SetWindowTextW(item.window, item.text.c_str());
    fits = false;
  }
  page_ = page;
  if (fits) return;
  layout();
  InvalidateRect(window_, nullptr, TRUE);
}

void PageView::setBusy(bool isBusy) {
  isBusy_ = isBusy;
  // Not on a control that is about to be disabled, where keys would be lost, and not on Cancel, which a second Enter would press.
  if (isBusy) SetFocus(window_);
  for (const Item& item : items_) {
    if (item.kind == Kind::text || item.kind == Kind::rule) continue;
    const bool isLast = item.kind == Kind::button && static_cast<std::size_t>(item.index) + 1 == page_.buttons.size();
    if (isLast) continue;
    const bool waits = item.kind == Kind::button && page_.buttons[static_cast<std::size_t>(item.index)].enabledAfter > 0;
    EnableWindow(item.window, !isBusy && !waits);
    if (item.kind == Kind::button && item.index == 0 && page_.buttons.size() > 1)
      SetWindowTextW(item.window, isBusy ? wide(texts_.text(TEXT_WAIT)).c_str() : item.text.c_str());
  }
  if (!isBusy) focusFirst();
}

void PageView::enableButton(Action action) {
  for (Button& button : page_.buttons)
    if (button.action == action) button.enabledAfter = 0;
  if (!isBusy_) EnableWindow(GetDlgItem(window_, buttonId(action)), TRUE);
}

void PageView::focusFirst() {
  const auto focus = [&](Kind kind) {
    for (const Item& item : items_) {
      if (item.kind != kind || !IsWindowEnabled(item.window)) continue;
      if (kind == Kind::choice && !page_.severalChoices && SendMessageW(item.window, BM_GETCHECK, 0, 0) != BST_CHECKED) continue;
      SetFocus(item.window);
      return true;
    }
    return false;
  };
  if (!focus(Kind::edit) && !focus(Kind::choice)) focus(Kind::button);
}

void PageView::restoreFocus() {
  if (lastFocused_ != nullptr && IsWindowEnabled(lastFocused_)) {
    SetFocus(lastFocused_);
  } else {
    focusFirst();
  }
}

void PageView::pressDefault() {
  const HWND focus = GetFocus();
  for (const Item& item : items_) {
    if (item.window != focus || (item.kind != Kind::button && item.kind != Kind::toggle)) continue;
    SendMessageW(focus, BM_CLICK, 0, 0);
    return;
  }
  for (const Item& item : items_) {
    if (item.kind != Kind::button || item.index != 0) continue;
    if (IsWindowEnabled(item.window) && !isBusy_ && events_.onAction) events_.onAction(page_.buttons.front().action);
    return;
  }
}

bool PageView::moveChoice(int direction) {
  if (page_.severalChoices || page_.choices.empty() || isBusy_) return false;
  const int at = GetDlgCtrlID(GetFocus()) - idChoice;
  const int count = static_cast<int>(page_.choices.size());
  if (GetParent(GetFocus()) != window_ || at < 0 || at >= count) return false;
  const HWND next = GetDlgItem(window_, idChoice + (at + direction + count) % count);
  SetFocus(next);
  CheckRadioButton(window_, idChoice, idChoice + count - 1, GetDlgCtrlID(next));
  // One tab stop for the group: the button that is chosen.
  for (const Item& item : items_) {
    if (item.kind != Kind::choice) continue;
    const LONG style = GetWindowLongW(item.window, GWL_STYLE);
    const LONG stop = static_cast<LONG>(WS_TABSTOP);
    SetWindowLongW(item.window, GWL_STYLE, item.window == next ? style | stop : style & ~stop);
  }
  return true;
}

void PageView::setTheme(const Theme& theme) {
  theme_ = &theme;
  for (const Item& item : items_) SendMessageW(item.window, WM_SETFONT, reinterpret_cast<WPARAM>(theme.font(item.font)), TRUE);
  layout();
}

void PageView::place(const RECT& area) {
  MoveWindow(window_, area.left, area.top, area.right - area.left, area.bottom - area.top, TRUE);
  layout();
}

int PageView::heightOf(const Item& item, int width) const {
  if (item.kind == Kind::edit) return theme_->px(editHeight);
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
    } else {
      MoveWindow(item.window, left + indent, y, itemWidth, height, TRUE);
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

void PageView::togglePassword() {
  isPasswordShown_ = !isPasswordShown_;
  for (Item& item : items_) {
    if (item.kind == Kind::edit && page_.fields[static_cast<std::size_t>(item.index)].kind == FieldKind::password)
      setPasswordShown(item.window, isPasswordShown_);
    if (item.kind != Kind::toggle) continue;
    item.text = wide(texts_.text(isPasswordShown_ ? TEXT_PASSWORD_HIDE : TEXT_PASSWORD_SHOW));
    SetWindowTextW(item.window, item.text.c_str());
    setAccessibleName(item.window, wide(texts_.text(isPasswordShown_ ? TEXT_PASSWORD_HIDE_NAME : TEXT_PASSWORD_SHOW_NAME)));
  }
}

void PageView::onCommand(int id, int code, HWND control) {
  if (isBuilding_ || control == nullptr) return;
  if (code == EN_SETFOCUS || code == BN_SETFOCUS) {
    focused_ = lastFocused_ = control;
    ensureVisible(control);
    InvalidateRect(window_, nullptr, FALSE);
  } else if (code == EN_KILLFOCUS || code == BN_KILLFOCUS) {
    if (focused_ == control) focused_ = nullptr;
    InvalidateRect(window_, nullptr, FALSE);
  } else if (code == EN_CHANGE && id >= idField && page_.checksWhileTyping) {
    if (events_.onTyping) events_.onTyping();
  } else if (code == BN_CLICKED && id == idShowPassword) {
    togglePassword();
  } else if (code == BN_CLICKED && id >= idButton && id < idAfter) {
    for (const Button& button : page_.buttons)
      if (buttonId(button.action) == id && IsWindowEnabled(control)) {
        const Action action = button.action;  // the page goes away under it
        if (events_.onAction) events_.onAction(action);
        return;
      }
  }
}

LRESULT CALLBACK PageView::procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  if (message == WM_NCCREATE) {
    PageView* self = static_cast<PageView*>(reinterpret_cast<CREATESTRUCTW*>(lparam)->lpCreateParams);
    self->window_ = window;
    SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self));
  }
  PageView* self = reinterpret_cast<PageView*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  return self == nullptr ? DefWindowProcW(window, message, wparam, lparam) : self->handle(message, wparam, lparam);
}

LRESULT PageView::handle(UINT message, WPARAM wparam, LPARAM lparam) {
  switch (message) {
    case WM_COMMAND:
      onCommand(LOWORD(wparam), HIWORD(wparam), reinterpret_cast<HWND>(lparam));
      return 0;
    case WM_CTLCOLORSTATIC:
    case WM_CTLCOLORBTN:
    case WM_CTLCOLOREDIT:
      return colourOf(reinterpret_cast<HDC>(wparam), reinterpret_cast<HWND>(lparam));
    case WM_DRAWITEM:
      drawButton(*reinterpret_cast<DRAWITEMSTRUCT*>(lparam));
      return TRUE;
    case WM_ERASEBKGND:
      return 1;
    case WM_PAINT:
      paint();
      return 0;
    case WM_MOUSEWHEEL:
      scrollTo(scrolled_ - GET_WHEEL_DELTA_WPARAM(wparam) * theme_->px(60) / WHEEL_DELTA);
      return 0;
    case WM_VSCROLL: {
      SCROLLINFO scroll = {};
      scroll.cbSize = sizeof scroll;
      scroll.fMask = SIF_ALL;
      GetScrollInfo(window_, SB_VERT, &scroll);
      const int page = static_cast<int>(scroll.nPage);
      const int steps[] = {-theme_->px(40), theme_->px(40), -page, page};
      const int code = LOWORD(wparam);
      scrollTo(code == SB_THUMBTRACK || code == SB_THUMBPOSITION ? scroll.nTrackPos : code <= SB_PAGEDOWN ? scrolled_ + steps[code] : scrolled_);
      return 0;
    }
    default:
      return DefWindowProcW(window_, message, wparam, lparam);
  }
}

}  // namespace keyturn
