// The picture of the tile.
#pragma once

#include <windows.h>

namespace keyturn {

// A key on a plain ground, 128 by 128 pixels, drawn without any file. The caller owns the bitmap; null when memory is short.
HBITMAP createLogo();

}  // namespace keyturn
