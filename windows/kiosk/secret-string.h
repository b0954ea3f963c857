// Text that is overwritten before its memory goes back: passwords, codes, the journey's token, and bodies that hold them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace keyturn {

// Overwrites memory; the volatile pointer keeps the compiler from leaving it out.
inline void wipe(void* data, std::size_t size) {
  volatile unsigned char* byte = static_cast<volatile unsigned char*>(data);
  while (size-- > 0) *byte++ = 0;
}

class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view text) { append(text); }
  SecretString(const SecretString& other) { append(other.view()); }
  SecretString(SecretString&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretString& operator=(const SecretString& other) {
    if (this != &other) {
      clear();
      append(other.view());
    }
    return *this;
  }
  SecretString& operator=(SecretString&& other) noexcept {
    if (this != &other) {
      clear();
      bytes_.swap(other.bytes_);
    }
    return *this;
  }
  ~SecretString() { clear(); }

  // Never lets the vector move its content by itself: what it leaves behind could not be overwritten.
  void append(std::string_view text) {
    if (bytes_.size() + text.size() > bytes_.capacity()) {
      std::vector<char> larger;
      larger.reserve((bytes_.size() + text.size()) * 2);
      larger.assign(bytes_.begin(), bytes_.end());
      clear();
      bytes_.swap(larger);
    }
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  void clear() {
    if (!bytes_.empty()) wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<char> bytes_;
};

}  // namespace keyturn
