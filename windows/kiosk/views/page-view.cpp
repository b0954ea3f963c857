// The page as a window: what it shows, what stands in it, and what happens to it.
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

bool isWayOut(Action action) { return action == Action::askToStop || action == Action::close; }

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
  if (!page.shown.empty()) addText(idShown, page.shown, FontRole::title, 16);
  if (!page.portal.empty()) {
    addText(idPortal, page.portal, FontRole::strong, 8);
    addCode(page.portal, TEXT_PORTAL_CODE);
  }
  if (!page.code.empty() && !addCode(page.code, TEXT_PHONE_CODE)) addText(idPortal, page.code, FontRole::strong, 8);
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
    if (item.kind == Kind::edit) {
      std::optional<SecretString> content = readEdit(item.window);
      inputs.isUnreadable = inputs.isUnreadable || !content;
      inputs.fields.push_back({page_.fields[index].id, content ? std::move(*content) : SecretString()});
    }
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
    if (item.kind == Kind::text || item.kind == Kind::code || item.kind == Kind::rule) continue;
    if (item.kind == Kind::button && isWayOut(page_.buttons[static_cast<std::size_t>(item.index)].action)) continue;
    const bool waits = item.kind == Kind::button && page_.buttons[static_cast<std::size_t>(item.index)].enabledAfter > 0;
    EnableWindow(item.window, !isBusy && !waits);
    if (item.kind == Kind::button && item.index == 0)
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
    if (item.window != focus || (item.kind != Kind::button && item.kind != Kind::toggle && item.kind != Kind::keyboard)) continue;
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
  } else if (code == EN_MAXTEXT && id >= idField && id < idField + static_cast<int>(page_.fields.size())) {
    if (events_.onCut) events_.onCut(page_.fields[static_cast<std::size_t>(id - idField)].longest);
  } else if (code == BN_CLICKED && id == idShowPassword) {
    togglePassword();
  } else if (code == BN_CLICKED && id == idKeyboard) {
    events_.nextKeyboard();
    updateKeyboard();
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
      if (wparam == idPortalCode) {
        drawCode(*reinterpret_cast<DRAWITEMSTRUCT*>(lparam));
      } else {
        drawButton(*reinterpret_cast<DRAWITEMSTRUCT*>(lparam));
      }
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
