#include "logo.h"

#include <cstdint>

namespace keyturn {
namespace {

constexpr int side = 128;
constexpr std::uint32_t ground = 0xFF1C4E80;  // 0xAARRGGBB
constexpr std::uint32_t figure = 0xFFFFFFFF;

bool within(int x, int y, int left, int top, int right, int bottom) { return x >= left && x < right && y >= top && y < bottom; }

int distanceSquared(int x, int y, int centreX, int centreY) { return (x - centreX) * (x - centreX) + (y - centreY) * (y - centreY); }

// A ring, a shaft to its right and two teeth below the shaft.
bool isKey(int x, int y) {
  const int fromRing = distanceSquared(x, y, 42, 64);
  if (fromRing <= 24 * 24) return fromRing >= 13 * 13;
  return within(x, y, 64, 59, 110, 69) || within(x, y, 88, 69, 95, 82) || within(x, y, 102, 69, 109, 79);
}

}  // namespace

HBITMAP createLogo() {
  BITMAPINFO info{};
  info.bmiHeader.biSize = sizeof info.bmiHeader;
  info.bmiHeader.biWidth = side;
  info.bmiHeader.biHeight = -side;  // top row first
  info.bmiHeader.biPlanes = 1;
  info.bmiHeader.biBitCount = 32;
  info.bmiHeader.biCompression = BI_RGB;
  void* bits = nullptr;
  const HBITMAP bitmap = CreateDIBSection(nullptr, &info, DIB_RGB_COLORS, &bits, nullptr, 0);
  if (bitmap == nullptr) return nullptr;
  auto* pixel = static_cast<std::uint32_t*>(bits);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) *pixel++ = isKey(x, y) ? figure : ground;
  return bitmap;
}

}  // namespace keyturn
