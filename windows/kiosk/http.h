// What the journey needs of HTTP. http-winhttp.cpp does it on Windows; tests play a server that answers anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "secret-string.h"

namespace keyturn {

enum class HttpFailure {
  none,
  unreachable,   // name, route, connection refused or broken
  timedOut,
  certificate,   // not trusted
  wrongTime,     // outside the certificate's time: expired, or the clock of this computer is wrong
  wrongName,     // a certificate for another name: often the sign-in page of a guest network
  pinMismatch,   // trusted, but none of the pinned keys
  pinNotKnown,   // which key the server has could not be found out
  proxyAuthentication,  // the proxy wants somebody to sign in
  intercepted,   // something else answered: a page of a proxy or of a guest network
  badAnswer,     // too large, or not JSON
};

struct HttpRequest {
  std::string method = "GET";
  std::string path;        // below the portal's address, for example "/api/v1/site"
  std::string language;    // Accept-Language, empty = none
  SecretString token;      // Authorization: Bearer, empty = none
  SecretString body;       // JSON, empty = none
};

struct HttpResponse {
  HttpFailure failure = HttpFailure::unreachable;
  int status = 0;
  std::optional<std::int64_t> date;  // the server's clock in seconds since 1970
  SecretString body;                 // JSON or empty
};

class IHttp {
 public:
  virtual ~IHttp() = default;
  // Sends one request and waits for its answer, within the time limits it was made with. Never throws.
  virtual HttpResponse send(const HttpRequest& request) = 0;
};

}  // namespace keyturn
