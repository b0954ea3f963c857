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
  CHECK(hex(pbkdf2Sha256(octets("Password"), octets("NaCl"), 80000, 64)) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

// RFC 6070 has these inputs with SHA-1. Their keys with SHA-256 are those that CPython and OpenSSL derive.
TEST("PBKDF2 gives the known keys of the inputs of RFC 6070") {
  CHECK(hex(pbkdf2Sha256(octets("password"), octets("salt"), 1, 32)) == "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
  CHECK(hex(pbkdf2Sha256(octets("password"), octets("salt"), 2, 32)) == "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43");
  CHECK(hex(pbkdf2Sha256(octets("password"), octets("salt"), 4096, 32)) == "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
  CHECK(hex(pbkdf2Sha256(octets("passwordPASSWORDpassword"), octets("saltSALTsaltSALTsaltSALTsaltSALTsalt"), 4096, 40)) ==
        "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9");
  CHECK(hex(pbkdf2Sha256(octets(std::string_view("pass\0word", 9)), octets(std::string_view("sa\0lt", 5)), 4096, 16)) ==
        "89b69d0516f829893c696226650a8687");
}

// Where SHA-256 pads into one block more, and where HMAC hashes its key first (RFC 2104 section 2). Derived by OpenSSL 3.
TEST("PBKDF2 is right around the size of a block") {
  const auto derive = [](std::size_t password, std::size_t salt, std::size_t length) {
    return hex(pbkdf2Sha256(Octets(password, 'x'), Octets(salt, 's'), 2, length));
  };
  CHECK(derive(63, 51, 20) == "3411f9b416cea1bfe6f76a19553e37e4fcf1bc5e");
  CHECK(derive(64, 52, 33) == "1557132cc74af39c929eeaf21be575a6cb75bf4bbce1de55e0bf7ff4abc7880a5f");
  CHECK(derive(65, 60, 65) ==
        "e90379d8e214f598d9dd7c5b8fbbc4fd3dff6e371e1097d3c9a1473fab083f54"
        "2fe6283d9f86fc98d5b5b7e971e18d5e2e2a335503fff0616805e4f8cb7ab38761");
  CHECK(derive(200, 130, 100) ==
        "ad16087eb72d23bb0cc06b584ac47ceb490a395a1cfc4c93b05866aa7b1ad1ae62b74b37e31cfae608d5c5e0e9b005534e1964a5df03eef2a4b4c92cfcbbf49d"
        "6acd809bfd94a3fe8a37fd9d8b9f5117f46e282c152a8dcd074647c7270736705f6fae08");
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
  for (const double number : {0.0, -1.0, 1.5}) {
    CHECK(!readWork(challenge("00", number), Json::number(20), work));
    CHECK(!readWork(challenge("00"), Json::number(number), work));
  }
  // A prefix of more octets than the key has could never be found.
  CHECK(!readWork(challenge(std::string(66, '0')), Json::number(20), work));
  CHECK(!readWork(challenge(std::string(130, '0')), Json::number(20), work));
  CHECK(!readWork(Json(), Json(), work));
}
