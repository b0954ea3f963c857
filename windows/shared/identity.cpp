#include "identity.h"

namespace keyturn {
namespace {

constexpr std::uint32_t mediumIntegrity = 0x2000;

}  // namespace

std::optional<std::string> refusalOf(const TokenFacts& facts) {
  if (facts.isSystem) return "it is SYSTEM";
  if (facts.isAdministrator) return "it is an administrator";
  if (facts.integrityLevel > mediumIntegrity) return "its integrity level is above medium";
  // Every process holds this one: it only skips the check of folders on the way to a file.
  for (const std::string& privilege : facts.privileges)
    if (privilege != "SeChangeNotifyPrivilege") return "it holds a privilege";
  return std::nullopt;
}

}  // namespace keyturn
