// The class id of this module; the installer registers it.
#pragma once

#include <windows.h>

namespace keyturn {

// {6EC25F21-EF81-4D53-8DB9-92A63A40396F}
inline constexpr GUID providerClass = {0x6ec25f21, 0xef81, 0x4d53, {0x8d, 0xb9, 0x92, 0xa6, 0x3a, 0x40, 0x39, 0x6f}};

}  // namespace keyturn
