// What the tile has to tell LogonUI. LogonUI's objects belong to its thread, yet what happens to the window is known on another:
// a window for messages alone, made on LogonUI's thread, carries the news over. Microsoft asks for
// ICredentialProviderCredentialEvents to change what a tile shows, used with "proper inter-thread communication methods"
// (learn.microsoft.com, ICredentialProviderCredentialEvents2), and for CredentialsChanged only where the credentials are to be
// enumerated anew (learn.microsoft.com, ICredentialProviderEvents::CredentialsChanged).
#pragma once

#include <windows.h>

#include <memory>
#include <string>
#include <vector>

#include "abi/credential-provider.h"
#include "com.h"
#include "launch-kiosk.h"

namespace keyturn {

class Credential;

enum class TileState { ready, remote, opening, open, idle, tooLong, failed, died };

class ScreenLink : public std::enable_shared_from_this<ScreenLink> {
 public:
  // --- on LogonUI's thread
  // The provider's and each tile's Advise and UnAdvise.
  void open(ICredentialProviderEvents* events, UINT_PTR context);
  void close();
  void add(Credential* tile, ICredentialProviderCredentialEvents* events);
  void remove(Credential* tile);
  // Changes the state and shows it at once.
  void show(TileState state);

  // --- on any thread
  // Changes the state; LogonUI's thread shows it. After a goal that was reached LogonUI is asked to enumerate anew, so that the
  // person is back where the new password is typed.
  void report(TileState state, const KioskFault& fault = {}, bool isReached = false);
  TileState state() const;
  KioskFault fault() const;

 private:
  struct Tile {
    Credential* credential;
    ComPointer<ICredentialProviderCredentialEvents> events;
  };

  static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam);
  void ensureWindow();
  void closeWindowIfUnused();
  void refresh();

  // LogonUI's thread only.
  ComPointer<ICredentialProviderEvents> events_;
  UINT_PTR context_ = 0;
  std::vector<Tile> tiles_;

  mutable SRWLOCK lock_ = SRWLOCK_INIT;  // guards what follows
  HWND window_ = nullptr;
  TileState state_ = TileState::ready;
  KioskFault fault_;
  bool isReached_ = false;
};

}  // namespace keyturn
