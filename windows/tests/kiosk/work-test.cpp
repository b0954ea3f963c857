#include "check.h"
#include "work.h"

using namespace keyturn;

namespace {

Octets octets(std::string_view text) { return Octets(text.begin(), text.end()); }

std::string hex(const Octets& key) {
  std::string text;
  for (const std::uint8_t octet : key) {
    text.push_back("0123456789abcdef"[octet >> 4]);
    text.push_back("0123456789abcdef"[octet & 15]);
  }
  return text;
}

Json challenge(const std::string& prefix, double cost = 3) {
  return Json::object({{"algorithm", Json::string("PBKDF2/SHA-256")},
                       {"nonce", Json::string("000102030405060708090a0b0c0d0e0f")},
                       {"salt", Json::string("101112131415161718191a1b1c1d1e1f")},
                       {"cost", Json::number(cost)},
                       {"keyLength", Json::number(32)},
                       {"keyPrefix", Json::string(prefix)}});
}

// Counter 7, as Node.js derives it.
const std::string key = "cf726527339fbac9a7d307788336076696a4e5523a4014ca1c0dfdc302036f3d";

}  // namespace

TEST("PBKDF2 gives the keys of RFC 7914 section 11") {
  CHECK(hex(pbkdf2Sha256(octets("passwd"), octets("salt"), 1, 64)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

TEST("work is found, and its answer is what the server derives") {
  WorkChallenge work;
  CHECK(readWork(challenge(key.substr(0, 32)), Json::number(20), work));
  WorkSolver solver(work);
  int tries = 0;
  CHECK(!solver.run([&] { return ++tries < 3; }));
  CHECK(solver.percent() == 15);
  CHECK(solver.run([] { return true; }));
  CHECK(solver.answer() == "{\"counter\":7,\"derivedKey\":\"" + key + "\"}");
}

TEST("work that has no solution ends") {
  WorkChallenge work;
  CHECK(readWork(challenge("ffffffffffffffff"), Json::number(20), work));
  WorkSolver solver(work);
  CHECK(!solver.run([] { return true; }));
  CHECK(solver.isExhausted());
}

TEST("work of another kind, or without bounds, is none") {
  WorkChallenge work;
  for (const char* prefix : {"", "0", "zz", "FF"}) CHECK(!readWork(challenge(prefix), Json::number(20), work));
  CHECK(!readWork(challenge("00"), Json::number(0), work));
  CHECK(!readWork(challenge("00"), Json::number(4e9), work));
  CHECK(!readWork(challenge("00", 1e9), Json::number(20), work));
  CHECK(!readWork(Json(), Json(), work));
}
