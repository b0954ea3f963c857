// Draws a Page with ordinary controls in a child window that scrolls when the page is taller than the window.
#pragma once

#include <windows.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../page.h"
#include "../qr-code.h"
#include "../texts/texts.h"
#include "control-ids.h"
#include "theme.h"

namespace keyturn {

struct PageEvents {
  std::function<void(Action)> onAction;
  std::function<void()> onTyping;  // in a field of a page that checks while typing
  std::function<void(std::size_t)> onCut;     // what was typed or pasted did not fit: so many characters do
  std::function<std::string()> keyboardName;  // what the keys mean now, empty if nobody knows
  std::function<bool()> hasOtherKeyboard;
  std::function<void()> nextKeyboard;
};

class PageView {
 public:
  PageView(HWND parent, HINSTANCE instance, const ITexts& texts, const Theme& theme, PageEvents events);
  ~PageView();
  PageView(const PageView&) = delete;
  PageView& operator=(const PageView&) = delete;

  HWND window() const { return window_; }
  void show(const Page& page);
  const Page& page() const { return page_; }
  Inputs inputs() const;
  // New states of the rules, in place.
  void updateRules(const std::vector<std::pair<RuleState, std::string>>& rules);
  // New texts of as many paragraphs, in place.
  void updateParagraphs(const Page& page);
  // Tells of the keyboard anew where the page tells of it: it is switched by keys too.
  void updateKeyboard();
  // While a request is under way nothing but the way out (cancel, close) can be used.
  void setBusy(bool isBusy);
  void enableButton(Action action);
  void focusFirst();
  // Back to where the focus was before another window had it.
  void restoreFocus();
  // Presses the focused button, else the page's first one.
  void pressDefault();
  // Moves between the radio buttons of a page; false if the focus is on none. The system's own way stops at the hints between.
  bool moveChoice(int direction);
  void setTheme(const Theme& theme);
  void place(const RECT& area);

 private:
  enum class Kind { text, code, choice, edit, toggle, keyboard, rule, button };
  struct Item {
    HWND window = nullptr;
    Kind kind = Kind::text;
    FontRole font = FontRole::body;
    int gap = 0;       // above, at 96 DPI
    int indent = 0;
    int index = 0;     // in the list of its kind
    std::wstring text;
  };

  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  LRESULT handle(UINT message, WPARAM wparam, LPARAM lparam);
  Item& add(Kind kind, int id, const wchar_t* className, const std::string& text, DWORD style, FontRole font, int gap);
  void addText(int id, const std::string& text, FontRole font, int gap, int indent = 0);
  void addChoices(const Page& page);
  // False where the address is longer than a code takes: it can be typed. `name` is told to screen readers.
  bool addCode(const std::string& address, unsigned name);
  void addField(const Page& page, int index);
  void addKeyboard();
  void addRules(const Page& page);
  void clear();
  void layout();
  int placeButtons(int top, int width);
  int heightOf(const Item& item, int width) const;
  // Side of the QR code with its border: a whole number of pixels for each module.
  int codeSide(int width) const;
  void paint();
  void drawButton(const DRAWITEMSTRUCT& draw) const;
  void drawCode(const DRAWITEMSTRUCT& draw) const;
  LRESULT colourOf(HDC device, HWND control) const;
  void scrollTo(int position);
  void ensureVisible(HWND control);
  void onCommand(int id, int code, HWND control);
  void togglePassword();

  HINSTANCE instance_;
  const ITexts& texts_;
  const Theme* theme_;
  PageEvents events_;
  HWND window_ = nullptr;
  Page page_;
  QrCode code_;                 // of the address on it
  std::vector<Item> items_;
  HWND focused_ = nullptr;      // null while another window has the focus
  HWND lastFocused_ = nullptr;
  bool isBusy_ = false;
  bool isBuilding_ = false;
  bool isLayingOut_ = false;
  bool isPasswordShown_ = false;
  int contentHeight_ = 0;
  int scrolled_ = 0;
};

}  // namespace keyturn
