#include "edit-field.h"

#include <commctrl.h>
#include <imm.h>

#include <vector>

#include "utf.h"

namespace keyturn {
namespace {

constexpr WCHAR passwordDot = 0x25CF;

bool isSecret(DWORD_PTR data) { return data != 0; }

LRESULT CALLBACK editProcedure(HWND edit, UINT message, WPARAM wparam, LPARAM lparam, UINT_PTR, DWORD_PTR data) {
  switch (message) {
    case WM_CONTEXTMENU:
      return 0;
    case WM_COPY:
    case WM_CUT:
      if (isSecret(data)) return 0;
      break;
    case EM_UNDO:
    case WM_UNDO:
      // Would bring back what was wiped.
      if (isSecret(data)) return 0;
      break;
    case WM_DESTROY:
      if (isSecret(data)) wipeEdit(edit);
      break;
    case WM_NCDESTROY:
      RemoveWindowSubclass(edit, editProcedure, 0);
      break;
    default:
      break;
  }
  return DefSubclassProc(edit, message, wparam, lparam);
}

}  // namespace

HWND createEdit(HWND parent, int id, const Field& field) {
  const bool isPassword = field.kind == FieldKind::password;
  const DWORD style = WS_CHILD | WS_VISIBLE | WS_TABSTOP | ES_AUTOHSCROLL | (isPassword ? ES_PASSWORD : 0u);
  const HWND edit = CreateWindowExW(0, L"EDIT", L"", style, 0, 0, 10, 10, parent, reinterpret_cast<HMENU>(static_cast<INT_PTR>(id)), nullptr, nullptr);
  if (edit == nullptr) return nullptr;
  SendMessageW(edit, EM_SETLIMITTEXT, field.longest, 0);
  const bool hidesFromOthers = field.kind != FieldKind::text;
  SetWindowSubclass(edit, editProcedure, 0, hidesFromOthers ? 1 : 0);
  if (isPassword) SendMessageW(edit, EM_SETPASSWORDCHAR, passwordDot, 0);
  // An input method keeps what it is fed, and offers help of its own.
  if (hidesFromOthers && field.kind != FieldKind::answer) ImmAssociateContext(edit, nullptr);
  if (!field.value.empty()) SetWindowTextW(edit, toWide(field.value).value_or(L"").c_str());
  return edit;
}

std::optional<SecretString> readEdit(HWND edit) {
  const int length = GetWindowTextLengthW(edit);
  std::vector<WCHAR> text(static_cast<std::size_t>(length) + 2);
  const int read = GetWindowTextW(edit, text.data(), length + 1);
  std::vector<char> bytes(static_cast<std::size_t>(read) * 3 + 1);
  const int size = read == 0 ? 0
                             : WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text.data(), read, bytes.data(),
                                                   static_cast<int>(bytes.size()), nullptr, nullptr);
  std::optional<SecretString> result;
  if (read == 0 || size > 0) result.emplace(std::string_view(bytes.data(), static_cast<std::size_t>(size)));
  wipe(text.data(), text.size() * sizeof(WCHAR));
  wipe(bytes.data(), bytes.size());
  return result;
}

void writeEdit(HWND edit, const SecretString& text) {
  std::vector<WCHAR> wide(text.size() + 1);
  const int length = text.empty() ? 0
                                  : MultiByteToWideChar(CP_UTF8, 0, text.view().data(), static_cast<int>(text.size()), wide.data(),
                                                        static_cast<int>(text.size()));
  wide[static_cast<std::size_t>(length)] = 0;
  SetWindowTextW(edit, wide.data());
  SendMessageW(edit, EM_SETSEL, static_cast<WPARAM>(length), length);
  wipe(wide.data(), wide.size() * sizeof(WCHAR));
}

void wipeEdit(HWND edit) {
  const std::wstring filler(static_cast<std::size_t>(GetWindowTextLengthW(edit)), L'*');
  if (filler.empty()) return;
  SetWindowTextW(edit, filler.c_str());
  SetWindowTextW(edit, L"");
  SendMessageW(edit, EM_EMPTYUNDOBUFFER, 0, 0);
}

void setPasswordShown(HWND edit, bool isShown) {
  SendMessageW(edit, EM_SETPASSWORDCHAR, isShown ? 0 : passwordDot, 0);
  InvalidateRect(edit, nullptr, TRUE);
}

}  // namespace keyturn
