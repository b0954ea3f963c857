#include "work.h"

#include <algorithm>
#include <array>
#include <optional>

namespace keyturn {
namespace {

constexpr std::size_t blockSize = 64;
constexpr std::size_t hashSize = 32;
constexpr std::uint32_t mostCost = 1000000;
constexpr std::uint32_t mostTries = 110000000;
constexpr std::size_t mostOctets = 64;

using State = std::array<std::uint32_t, 8>;

constexpr State initialState = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr std::array<std::uint32_t, 64> roundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t rotated(std::uint32_t value, unsigned by) { return (value >> by) | (value << (32 - by)); }

void compress(State& state, const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i)
    w[i] = (std::uint32_t{block[4 * i]} << 24) | (std::uint32_t{block[4 * i + 1]} << 16) | (std::uint32_t{block[4 * i + 2]} << 8) |
           std::uint32_t{block[4 * i + 3]};
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t low = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const std::uint32_t high = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  State s = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const std::uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const std::uint32_t one = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) + choice + roundConstants[i] + w[i];
    const std::uint32_t two = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) + majority;
    s = {one + two, s[0], s[1], s[2], s[3] + one, s[4], s[5], s[6]};
  }
  for (std::size_t i = 0; i < 8; ++i) state[i] += s[i];
}

void writeState(const State& state, std::uint8_t* out) {
  for (std::size_t i = 0; i < 8; ++i)
    for (unsigned byte = 0; byte < 4; ++byte) out[4 * i + byte] = static_cast<std::uint8_t>(state[i] >> (24 - 8 * byte));
}

// Hashes `data` after `done` octets that `state` has seen already.
void finishHash(State state, std::size_t done, const std::uint8_t* data, std::size_t size, std::uint8_t* out) {
  const std::uint64_t bits = (std::uint64_t{done} + size) * 8;
  while (size >= blockSize) {
    compress(state, data);
    data += blockSize;
    size -= blockSize;
  }
  std::array<std::uint8_t, 2 * blockSize> last = {};
  std::copy(data, data + size, last.begin());
  last[size] = 0x80;
  const std::size_t blocks = size + 9 > blockSize ? 2 : 1;
  for (unsigned byte = 0; byte < 8; ++byte) last[blocks * blockSize - 1 - byte] = static_cast<std::uint8_t>(bits >> (8 * byte));
  for (std::size_t block = 0; block < blocks; ++block) compress(state, last.data() + block * blockSize);
  writeState(state, out);
}

// HMAC (RFC 2104) of one key: what the padded key makes of both hashes is worked out once.
class Hmac {
 public:
  explicit Hmac(const Octets& key) {
    std::array<std::uint8_t, blockSize> block = {};
    if (key.size() > blockSize) {
      finishHash(initialState, 0, key.data(), key.size(), block.data());
    } else {
      std::copy(key.begin(), key.end(), block.begin());
    }
    for (std::uint8_t& octet : block) octet ^= 0x36;
    compress(inner_, block.data());
    for (std::uint8_t& octet : block) octet ^= 0x36 ^ 0x5c;
    compress(outer_, block.data());
  }
  void sign(const std::uint8_t* data, std::size_t size, std::uint8_t* out) const {
    std::array<std::uint8_t, hashSize> inside;
    finishHash(inner_, blockSize, data, size, inside.data());
    finishHash(outer_, blockSize, inside.data(), inside.size(), out);
  }

 private:
  State inner_ = initialState;
  State outer_ = initialState;
};

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<Octets> fromHex(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0 || text.size() > 2 * mostOctets) return std::nullopt;
  Octets octets;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hexDigit(text[i]);
    const int low = hexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return octets;
}

std::optional<std::uint32_t> numberUpTo(const Json& value, std::uint32_t most) {
  const std::optional<std::int64_t> number = value.asInteger();
  if (!number || *number < 1 || *number > static_cast<std::int64_t>(most)) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

Octets pbkdf2Sha256(const Octets& password, const Octets& salt, std::uint32_t iterations, std::size_t length) {
  const Hmac hmac(password);
  Octets key;
  for (std::uint32_t block = 1; key.size() < length; ++block) {
    Octets first = salt;
    for (unsigned byte = 0; byte < 4; ++byte) first.push_back(static_cast<std::uint8_t>(block >> (24 - 8 * byte)));
    std::array<std::uint8_t, hashSize> u;
    hmac.sign(first.data(), first.size(), u.data());
    std::array<std::uint8_t, hashSize> sum = u;
    for (std::uint32_t i = 1; i < iterations; ++i) {
      hmac.sign(u.data(), u.size(), u.data());
      for (std::size_t j = 0; j < hashSize; ++j) sum[j] ^= u[j];
    }
    const std::size_t wanted = std::min(hashSize, length - key.size());
    key.insert(key.end(), sum.begin(), sum.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  return key;
}

bool readWork(const Json& challenge, const Json& difficulty, WorkChallenge& work) {
  if (challenge.text("algorithm") != "PBKDF2/SHA-256") return false;
  const auto nonce = fromHex(challenge.text("nonce"));
  const auto salt = fromHex(challenge.text("salt"));
  const auto prefix = fromHex(challenge.text("keyPrefix"));
  const auto cost = numberUpTo(challenge["cost"], mostCost);
  const auto keyLength = numberUpTo(challenge["keyLength"], mostOctets);
  const auto tries = numberUpTo(difficulty, mostTries);
  if (!nonce || !salt || !prefix || !cost || !keyLength || !tries || prefix->size() > *keyLength) return false;
  work = {*nonce, *salt, *prefix, *cost, *keyLength, *tries};
  return true;
}

void WorkSolver::tryNext() {
  const std::uint32_t counter = next_++;
  Octets password = work_.nonce;
  for (unsigned byte = 0; byte < 4; ++byte) password.push_back(static_cast<std::uint8_t>(counter >> (24 - 8 * byte)));
  Octets key = pbkdf2Sha256(password, work_.salt, work_.cost, work_.keyLength);
  if (!std::equal(work_.keyPrefix.begin(), work_.keyPrefix.end(), key.begin())) return;
  isFound_ = true;
  counter_ = counter;
  key_ = std::move(key);
}

std::string WorkSolver::answer() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t octet : key_) {
    hex.push_back(digits[octet >> 4]);
    hex.push_back(digits[octet & 15]);
  }
  return "{\"counter\":" + std::to_string(counter_) + ",\"derivedKey\":\"" + hex + "\"}";
}

}  // namespace keyturn
