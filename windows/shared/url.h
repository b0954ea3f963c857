// Strict https addresses. Everything that is not plainly one is refused: the client talks to one server and to nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keyturn {

struct HttpsUrl {
  std::string host;          // lower case; a DNS name, an IPv4 address or an IPv6 address in brackets
  std::uint16_t port = 443;
  std::string path = "/";    // begins with "/"
};

// Parses an absolute https address (RFC 3986 section 3) without user information, query and fragment. Refuses every other
// scheme, characters outside the unreserved set of path and host, dot segments, encoded slashes and dots, ports out of range,
// texts longer than 512 bytes, and numeric hosts that are not a canonical dotted IPv4 address.
std::optional<HttpsUrl> parseHttpsUrl(std::string_view text);

// The address as text; the port only where it is not 443.
std::string formatUrl(const HttpsUrl& url);

// Same host and port: what a redirect or a link of the server must satisfy to be followed.
bool sameOrigin(const HttpsUrl& a, const HttpsUrl& b);

// The path of an API call below the portal's own path: {"/keyturn/"} + "/api/v1/journeys" -> "/keyturn/api/v1/journeys".
std::string joinPath(const HttpsUrl& base, std::string_view path);

}  // namespace keyturn
