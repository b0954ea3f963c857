// A brake for the worst case: the sign-in screen dies with the client in it and Windows starts it again and again. Each start
// that does not end within a minute of the next one counts; after three the client offers nothing for an hour or until the
// next boot. The count stands in a volatile key of the registry, so it never outlives the boot it belongs to.
#pragma once

#include "system.h"

namespace keyturn {

// A sign-in screen begins. False if the client must offer nothing on it; such a screen needs no `endScreen`.
bool beginScreen(ISystem& system);

// The sign-in screen has ended by itself.
void endScreen(ISystem& system);

}  // namespace keyturn
