#include "screen-link.h"

#include <algorithm>

#include "credential.h"
#include "fields.h"
#include "locked.h"

namespace keyturn {
namespace {

constexpr UINT newsMessage = WM_APP + 1;

}  // namespace

void ScreenLink::open(ICredentialProviderEvents* events, UINT_PTR context) {
  {
    // News of the screen before: this one enumerates by itself when it begins.
    const Locked locked(lock_);
    isReached_ = false;
  }
  events_ = ComPointer<ICredentialProviderEvents>(events);
  context_ = context;
  if (events_) ensureWindow();
  closeWindowIfUnused();
}

void ScreenLink::close() { open(nullptr, 0); }

void ScreenLink::add(Credential* tile, ICredentialProviderCredentialEvents* events) {
  remove(tile);
  if (events == nullptr) return;
  tiles_.push_back({tile, ComPointer<ICredentialProviderCredentialEvents>(events)});
  ensureWindow();
}

void ScreenLink::remove(Credential* tile) {
  // Released only after the list is whole again: a release may call back.
  ComPointer<ICredentialProviderCredentialEvents> events;
  const auto found = std::find_if(tiles_.begin(), tiles_.end(), [&](const Tile& one) { return one.credential == tile; });
  if (found != tiles_.end()) {
    events = std::move(found->events);
    tiles_.erase(found);
  }
  closeWindowIfUnused();
}

void ScreenLink::show(TileState state) {
  {
    const Locked locked(lock_);
    state_ = state;
  }
  refresh();
}

void ScreenLink::report(TileState state, const KioskFault& fault, bool isReached) {
  const Locked locked(lock_);
  state_ = state;
  fault_ = fault;
  isReached_ = isReached_ || isReached;
  if (window_ != nullptr) PostMessageW(window_, newsMessage, 0, 0);
}

TileState ScreenLink::state() const {
  const Locked locked(lock_);
  return state_;
}

KioskFault ScreenLink::fault() const {
  const Locked locked(lock_);
  return fault_;
}

void ScreenLink::refresh() {
  // LogonUI may un-advise or let go of a tile in the middle: each is looked up again before it is told.
  std::vector<ComPointer<Credential>> told;
  for (const Tile& tile : tiles_) told.emplace_back(tile.credential);
  for (const ComPointer<Credential>& tile : told) {
    const auto found = std::find_if(tiles_.begin(), tiles_.end(), [&](const Tile& one) { return one.credential == tile.get(); });
    if (found == tiles_.end()) continue;
    const ComPointer<ICredentialProviderCredentialEvents> events = found->events;
    LPWSTR text = nullptr;
    if (FAILED(tile->GetStringValue(fieldStatus, &text))) continue;
    events->SetFieldString(tile.get(), fieldStatus, text);
    CoTaskMemFree(text);
  }
}

// A window of the system class STATIC, not of one of our own: a class would outlive the module and call into nothing.
void ScreenLink::ensureWindow() {
  const Locked locked(lock_);
  if (window_ != nullptr) return;
  const HWND window = CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  if (window == nullptr) return;
  auto self = std::make_unique<std::weak_ptr<ScreenLink>>(weak_from_this());
  ++liveObjects();
  SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self.release()));
  SetWindowLongPtrW(window, GWLP_WNDPROC, reinterpret_cast<LONG_PTR>(procedure));
  window_ = window;
}

void ScreenLink::closeWindowIfUnused() {
  if (events_ || !tiles_.empty()) return;
  HWND window = nullptr;
  {
    const Locked locked(lock_);
    std::swap(window, window_);
  }
  if (window != nullptr) DestroyWindow(window);
}

LRESULT CALLBACK ScreenLink::procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam) {
  auto* self = reinterpret_cast<std::weak_ptr<ScreenLink>*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  if (message == WM_NCDESTROY) {
    SetWindowLongPtrW(window, GWLP_USERDATA, 0);
    delete self;
    --liveObjects();
    return DefWindowProcW(window, message, wparam, lparam);
  }
  if (message != newsMessage || self == nullptr) return DefWindowProcW(window, message, wparam, lparam);
  guarded([&]() -> HRESULT {
    const std::shared_ptr<ScreenLink> link = self->lock();
    if (!link) return S_OK;
    bool isReached = false;
    {
      const Locked locked(link->lock_);
      std::swap(isReached, link->isReached_);
    }
    link->refresh();
    const ComPointer<ICredentialProviderEvents> events = link->events_;
    if (isReached && events) return events->CredentialsChanged(link->context_);
    return S_OK;
  });
  return 0;
}

}  // namespace keyturn
