// IHttp on Windows: WinHTTP over TLS 1.2 or newer to one server.
#pragma once

#include <windows.h>
#include <winhttp.h>

#include <functional>
#include <string>
#include <vector>

#include "http.h"
#include "url.h"

namespace keyturn {

struct HttpOptions {
  HttpsUrl portal;
  std::string userAgent;
  std::vector<std::string> pins;       // SHA-256 of the SubjectPublicKeyInfo in base64 (RFC 7469 section 2.4); empty = none
  std::uint32_t connectSeconds = 4;    // to find the server and to connect to it
  std::uint32_t requestSeconds = 30;   // to send, and for each part of the answer; the whole never takes longer than twice both
  std::function<std::uint64_t()> now;  // milliseconds of a clock that never goes back
};

// The machine's certificate store decides on trust; there is no switch to overrule it. The proxy is found automatically (WPAD, a
// PAC file) and, where that leads nowhere, by the setting of `netsh winhttp`; never with credentials. No redirect is followed, no
// cookie kept, no client certificate and no Windows sign-in offered.
//
// With pins no request with a token leaves before a request without one has shown which key the server of the connection has.
class WinHttp : public IHttp {
 public:
  explicit WinHttp(HttpOptions options);
  ~WinHttp() override;
  WinHttp(const WinHttp&) = delete;
  WinHttp& operator=(const WinHttp&) = delete;

  HttpResponse send(const HttpRequest& request) override;

 private:
  bool open(DWORD proxyAccess);
  void closeSession();
  HttpResponse sendOnce(const HttpRequest& request);

  HttpOptions options_;
  HINTERNET session_ = nullptr;
  HINTERNET connection_ = nullptr;
  bool isProxyAutomatic_ = false;
  bool hasReached_ = false;  // the server has answered by now: the way to it is known
};

}  // namespace keyturn
