#include "qr-code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace keyturn {
namespace {

// Error correction M, by version (tables 1 and 9 of the standard).
struct Version {
  int codewords;      // data and error correction
  int blocks;
  int correction;     // codewords of error correction in each block
  int alignment[3];   // centres of the alignment patterns, 0 = none
};
constexpr std::array<Version, 10> versions = {{{26, 1, 10, {}},
                                               {44, 1, 16, {6, 18}},
                                               {70, 1, 26, {6, 22}},
                                               {100, 2, 18, {6, 26}},
                                               {134, 2, 24, {6, 30}},
                                               {172, 4, 16, {6, 34}},
                                               {196, 4, 18, {6, 22, 38}},
                                               {242, 4, 22, {6, 24, 42}},
                                               {292, 5, 22, {6, 26, 46}},
                                               {346, 5, 26, {6, 28, 50}}}};

int dataCodewords(const Version& version) { return version.codewords - version.blocks * version.correction; }
int countBits(int number) { return number < 10 ? 8 : 16; }

using Bytes = std::vector<std::uint8_t>;

// Appends bits to a sequence, the most significant first.
class BitWriter {
 public:
  void add(unsigned value, int bits) {
    for (int i = bits - 1; i >= 0; --i) {
      if (count_ % 8 == 0) bytes_.push_back(0);
      if (((value >> i) & 1) != 0) bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (0x80u >> (count_ % 8)));
      ++count_;
    }
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
  std::size_t count_ = 0;
};

Bytes dataOf(std::string_view text, int number) {
  const std::size_t room = static_cast<std::size_t>(dataCodewords(versions[static_cast<std::size_t>(number - 1)]));
  BitWriter bits;
  bits.add(0x4, 4);  // byte mode
  bits.add(static_cast<unsigned>(text.size()), countBits(number));
  for (const char c : text) bits.add(static_cast<unsigned char>(c), 8);
  bits.add(0, 4);    // end
  Bytes data = bits.take();
  data.resize(std::min(data.size(), room));
  for (bool isFirst = true; data.size() < room; isFirst = !isFirst) data.push_back(isFirst ? 0xEC : 0x11);
  return data;
}

// The field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1.
std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  for (int i = 7; i >= 0; --i) {
    product = (product << 1) ^ ((product & 0x80) != 0 ? 0x11Du : 0u);
    if (((b >> i) & 1) != 0) product ^= a;
  }
  return static_cast<std::uint8_t>(product);
}

// The remainder of the data by the polynomial with the roots 2^0 to 2^(count-1).
Bytes correctionOf(const Bytes& data, int count) {
  Bytes divisor(static_cast<std::size_t>(count), 0);  // without the leading 1
  divisor.back() = 1;
  std::uint8_t root = 1;
  for (int i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < divisor.size(); ++j)
      divisor[j] = static_cast<std::uint8_t>(multiply(divisor[j], root) ^ (j + 1 < divisor.size() ? divisor[j + 1] : 0));
    root = multiply(root, 2);
  }
  Bytes rest(static_cast<std::size_t>(count), 0);
  for (const std::uint8_t byte : data) {
    const std::uint8_t factor = byte ^ rest.front();
    rest.erase(rest.begin());
    rest.push_back(0);
    for (std::size_t j = 0; j < rest.size(); ++j) rest[j] ^= multiply(divisor[j], factor);
  }
  return rest;
}

// Blocks with their error correction, woven into one sequence: the first codeword of each, the second of each, ...
Bytes weave(const Bytes& data, const Version& version) {
  const int shortLength = dataCodewords(version) / version.blocks;
  const int longBlocks = dataCodewords(version) % version.blocks;
  std::vector<Bytes> blocks;
  std::vector<Bytes> corrections;
  auto at = data.begin();
  for (int i = 0; i < version.blocks; ++i) {
    const int length = shortLength + (i >= version.blocks - longBlocks ? 1 : 0);
    blocks.emplace_back(at, at + length);
    corrections.push_back(correctionOf(blocks.back(), version.correction));
    at += length;
  }
  Bytes woven;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(shortLength); ++i)
    for (const Bytes& block : blocks)
      if (i < block.size()) woven.push_back(block[i]);
  for (std::size_t i = 0; i < static_cast<std::size_t>(version.correction); ++i)
    for (const Bytes& correction : corrections) woven.push_back(correction[i]);
  return woven;
}

// `value` followed by its remainder by a generator of `degree` (annexes C and D).
unsigned withRemainder(unsigned value, unsigned generator, int degree) {
  unsigned rest = value << degree;
  for (int i = 17; i >= degree; --i)
    if (((rest >> i) & 1) != 0) rest ^= generator << (i - degree);
  return (value << degree) | rest;
}

bool isMasked(int mask, int x, int y) {
  switch (mask) {
    case 0:
      return (x + y) % 2 == 0;
    case 1:
      return y % 2 == 0;
    case 2:
      return x % 3 == 0;
    case 3:
      return (x + y) % 3 == 0;
    case 4:
      return (x / 3 + y / 2) % 2 == 0;
    case 5:
      return x * y % 2 + x * y % 3 == 0;
    case 6:
      return (x * y % 2 + x * y % 3) % 2 == 0;
    default:
      return ((x + y) % 2 + x * y % 3) % 2 == 0;
  }
}

class Drawing {
 public:
  explicit Drawing(int number) : number_(number) {
    code_.size = number * 4 + 17;
    code_.dark.resize(static_cast<std::size_t>(code_.size * code_.size));
    isFixed_.resize(code_.dark.size());
    for (int i = 0; i < code_.size; ++i) {
      fix(6, i, i % 2 == 0);
      fix(i, 6, i % 2 == 0);
    }
    drawFinder(3, 3);
    drawFinder(code_.size - 4, 3);
    drawFinder(3, code_.size - 4);
    drawAlignment();
    drawFormat(0);  // keeps its place free of data
    drawVersion();
  }

  void placeData(const Bytes& bytes) {
    std::size_t bit = 0;
    bool isUpwards = true;
    for (int right = code_.size - 1; right >= 1; right -= 2) {
      if (right == 6) right = 5;  // the column of the timing pattern
      for (int i = 0; i < code_.size; ++i) {
        const int y = isUpwards ? code_.size - 1 - i : i;
        for (int x = right; x > right - 2; --x) {
          if (isFixed_[at(x, y)]) continue;
          code_.dark[at(x, y)] = bit < bytes.size() * 8 && ((bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0;
          ++bit;
        }
      }
      isUpwards = !isUpwards;
    }
  }

  QrCode masked(int mask) const {
    Drawing copy = *this;
    for (int y = 0; y < code_.size; ++y)
      for (int x = 0; x < code_.size; ++x)
        if (!isFixed_[at(x, y)] && isMasked(mask, x, y)) copy.code_.dark[at(x, y)] = !copy.code_.dark[at(x, y)];
    copy.drawFormat(mask);
    return copy.code_;
  }

 private:
  std::size_t at(int x, int y) const { return static_cast<std::size_t>(y * code_.size + x); }
  void fix(int x, int y, bool isDark) {
    code_.dark[at(x, y)] = isDark;
    isFixed_[at(x, y)] = true;
  }
  // With the light line around it.
  void drawFinder(int centreX, int centreY) {
    for (int dy = -4; dy <= 4; ++dy)
      for (int dx = -4; dx <= 4; ++dx) {
        const int x = centreX + dx;
        const int y = centreY + dy;
        const int distance = std::max(std::abs(dx), std::abs(dy));
        if (x >= 0 && x < code_.size && y >= 0 && y < code_.size) fix(x, y, distance != 2 && distance != 4);
      }
  }
  void drawAlignment() {
    for (const int x : versions[static_cast<std::size_t>(number_ - 1)].alignment)
      for (const int y : versions[static_cast<std::size_t>(number_ - 1)].alignment) {
        const int last = code_.size - 7;
        const bool isAtFinder = (x == 6 && y == 6) || (x == 6 && y == last) || (x == last && y == 6);
        if (x == 0 || y == 0 || isAtFinder) continue;
        for (int dy = -2; dy <= 2; ++dy)
          for (int dx = -2; dx <= 2; ++dx) fix(x + dx, y + dy, std::max(std::abs(dx), std::abs(dy)) != 1);
      }
  }
  void drawFormat(int mask) {
    // Level M is 00.
    const unsigned bits = withRemainder(static_cast<unsigned>(mask), 0x537, 10) ^ 0x5412;
    const int size = code_.size;
    for (int i = 0; i < 15; ++i) {
      const bool isDark = ((bits >> i) & 1) != 0;
      // Around the finder above on the left, past the timing pattern; and once more beside the two others.
      if (i < 8) {
        fix(8, i < 6 ? i : i + 1, isDark);
        fix(size - 1 - i, 8, isDark);
      } else {
        fix(i == 8 ? 7 : 14 - i, 8, isDark);
        fix(8, size - 15 + i, isDark);
      }
    }
    fix(8, size - 8, true);
  }
  void drawVersion() {
    if (number_ < 7) return;
    const unsigned bits = withRemainder(static_cast<unsigned>(number_), 0x1F25, 12);
    for (int i = 0; i < 18; ++i) {
      const bool isDark = ((bits >> i) & 1) != 0;
      fix(code_.size - 11 + i % 3, i / 3, isDark);
      fix(i / 3, code_.size - 11 + i % 3, isDark);
    }
  }

  int number_;
  QrCode code_;
  std::vector<bool> isFixed_;
};

// How hard a code is to read, by the rules of section 7.8.3.
int penaltyOf(const QrCode& code) {
  const int size = code.size;
  int penalty = 0;
  int darkCount = 0;
  for (const bool isAcross : {true, false})
    for (int line = 0; line < size; ++line) {
      const auto isDark = [&](int i) {
        return i >= 0 && i < size && (isAcross ? code.isDark(i, line) : code.isDark(line, i));
      };
      int run = 0;
      for (int i = 0; i < size; ++i) {
        run = i > 0 && isDark(i) == isDark(i - 1) ? run + 1 : 1;
        if (run == 5) penalty += 3;
        if (run > 5) ++penalty;
      }
      // What looks like a finder, with four light modules before or behind; beside the code it is light.
      for (int i = 0; i + 6 < size; ++i) {
        const bool looksSo = isDark(i) && !isDark(i + 1) && isDark(i + 2) && isDark(i + 3) && isDark(i + 4) && !isDark(i + 5) && isDark(i + 6);
        if (!looksSo) continue;
        const auto isLight = [&](int from) { return !isDark(from) && !isDark(from + 1) && !isDark(from + 2) && !isDark(from + 3); };
        if (isLight(i - 4)) penalty += 40;
        if (isLight(i + 7)) penalty += 40;
      }
    }
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      const bool isDark = code.isDark(x, y);
      darkCount += isDark ? 1 : 0;
      if (x + 1 < size && y + 1 < size && code.isDark(x + 1, y) == isDark && code.isDark(x, y + 1) == isDark && code.isDark(x + 1, y + 1) == isDark)
        penalty += 3;
    }
  return penalty + std::abs(darkCount * 20 - size * size * 10) / (size * size) * 10;
}

}  // namespace

std::optional<QrCode> encodeQr(std::string_view bytes, int mask) {
  int number = 1;
  while (number <= 10 && 4 + countBits(number) + 8 * static_cast<int>(std::min<std::size_t>(bytes.size(), 1000)) >
                             8 * dataCodewords(versions[static_cast<std::size_t>(number - 1)]))
    ++number;
  if (number > 10) return std::nullopt;
  Drawing drawing(number);
  drawing.placeData(weave(dataOf(bytes, number), versions[static_cast<std::size_t>(number - 1)]));
  if (mask >= 0) return drawing.masked(mask);
  QrCode best = drawing.masked(0);
  int least = penaltyOf(best);
  for (int other = 1; other < 8; ++other) {
    QrCode code = drawing.masked(other);
    const int penalty = penaltyOf(code);
    if (penalty >= least) continue;
    least = penalty;
    best = std::move(code);
  }
  return best;
}

}  // namespace keyturn
