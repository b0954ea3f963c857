// The controls that a page is made of.
#include "page-view.h"

#include "accessible.h"
#include "edit-field.h"
#include "page-metrics.h"
#include "utf.h"

namespace keyturn {
namespace {

std::wstring wide(const std::string& text) { return toWide(text).value_or(std::wstring()); }

}  // namespace

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

bool PageView::addCode(const std::string& address, unsigned name) {
  std::optional<QrCode> code = encodeQr(address);
  if (!code) return false;
  code_ = std::move(*code);
  add(Kind::code, idPortalCode, L"STATIC", texts_.text(name), SS_OWNERDRAW, FontRole::body, 12);
  return true;
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
  addKeyboard();
}

// Below a field that hides what is typed: on another keyboard than the one of the sign-in screen a password becomes one that nobody
// can type there again.
void PageView::addKeyboard() {
  const std::string name = events_.keyboardName ? events_.keyboardName() : std::string();
  if (name.empty()) return;
  const std::string text = texts_.text(TEXT_KEYBOARD, {name});
  if (!events_.hasOtherKeyboard()) return addText(idKeyboard, text, FontRole::small, 6);
  add(Kind::keyboard, idKeyboard, L"BUTTON", text, WS_TABSTOP | BS_OWNERDRAW | BS_NOTIFY, FontRole::body, 8);
  setAccessibleName(items_.back().window, wide(texts_.text(TEXT_KEYBOARD_NAME, {name})));
  makeLiveRegion(items_.back().window);
}

void PageView::updateKeyboard() {
  for (Item& item : items_) {
    if (GetDlgCtrlID(item.window) != idKeyboard) continue;
    const std::string name = events_.keyboardName();
    const std::wstring text = wide(texts_.text(TEXT_KEYBOARD, {name}));
    if (name.empty() || text == item.text) return;
    item.text = text;
    SetWindowTextW(item.window, text.c_str());
    if (item.kind == Kind::keyboard) setAccessibleName(item.window, wide(texts_.text(TEXT_KEYBOARD_NAME, {name})));
    layout();
    announce(item.window);
    return;
  }
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

}  // namespace keyturn
