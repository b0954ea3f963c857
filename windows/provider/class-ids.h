// Class ids of this module (the installer registers them) and of Windows' own password provider.
#pragma once

#include <windows.h>

namespace keyturn {

// {6EC25F21-EF81-4D53-8DB9-92A63A40396F}
inline constexpr GUID providerClass = {0x6ec25f21, 0xef81, 0x4d53, {0x8d, 0xb9, 0x92, 0xa6, 0x3a, 0x40, 0x39, 0x6f}};
// {34AA994E-A58E-4255-95BA-47C579257095}
inline constexpr GUID filterClass = {0x34aa994e, 0xa58e, 0x4255, {0x95, 0xba, 0x47, 0xc5, 0x79, 0x25, 0x70, 0x95}};
// {60B78E88-EAD8-445C-9CFD-0B87F74EA6CD}
inline constexpr GUID passwordProviderClass = {0x60b78e88, 0xead8, 0x445c, {0x9c, 0xfd, 0x0b, 0x87, 0xf7, 0x4e, 0xa6, 0xcd}};

}  // namespace keyturn
