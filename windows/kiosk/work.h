// The proof of work that a server may ask for: find the counter whose PBKDF2-HMAC-SHA-256 key (RFC 8018 5.2) begins as told.
// Done in slices, so that the window can show how far it is and stop. The challenge is ALTCHA's, version 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json.h"

namespace keyturn {

using Octets = std::vector<std::uint8_t>;

// PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2, FIPS 180-4).
Octets pbkdf2Sha256(const Octets& password, const Octets& salt, std::uint32_t iterations, std::size_t length);

struct WorkChallenge {
  Octets nonce;
  Octets salt;
  Octets keyPrefix;
  std::uint32_t cost = 0;
  std::size_t keyLength = 0;
  std::uint32_t difficulty = 0;  // tries at most
};

// Reads the challenge of a step; false where it is of another kind or asks for more than a server has reason to.
bool readWork(const Json& challenge, const Json& difficulty, WorkChallenge& work);

class WorkSolver {
 public:
  explicit WorkSolver(WorkChallenge work) : work_(std::move(work)) {}
  // Tries until the key is found, all tries are done, or `mayGoOn` says no; it is asked after every try. True when found.
  template <typename MayGoOn>
  bool run(MayGoOn mayGoOn) {
    while (!isFound_ && next_ < work_.difficulty) {
      tryNext();
      if (!mayGoOn()) break;
    }
    return isFound_;
  }
  bool isFound() const { return isFound_; }
  // Every counter was tried: this challenge has no solution.
  bool isExhausted() const { return !isFound_ && next_ >= work_.difficulty; }
  int percent() const { return work_.difficulty == 0 ? 100 : static_cast<int>(std::uint64_t{next_} * 100 / work_.difficulty); }
  // The answer to the step, JSON.
  std::string answer() const;

 private:
  void tryNext();

  WorkChallenge work_;
  std::uint32_t next_ = 0;
  bool isFound_ = false;
  std::uint32_t counter_ = 0;
  Octets key_;
};

}  // namespace keyturn
