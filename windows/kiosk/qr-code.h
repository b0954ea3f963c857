// An address as a QR code (ISO/IEC 18004): for a phone that goes on where this screen cannot. Output only; nothing is read.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace keyturn {

// A square of modules without the light border that readers need around it (four modules, section 6.3.8).
struct QrCode {
  int size = 0;
  std::vector<bool> dark;  // row by row

  bool isDark(int x, int y) const { return dark[static_cast<std::size_t>(y * size + x)]; }
};

inline constexpr int qrQuietZone = 4;

// Encodes bytes in the smallest of the versions 1 to 10 with error correction M. `mask` 0 to 7 fixes the mask, -1 takes the one that
// the standard's rules like best. Nothing for more than 213 bytes.
std::optional<QrCode> encodeQr(std::string_view bytes, int mask = -1);

}  // namespace keyturn
