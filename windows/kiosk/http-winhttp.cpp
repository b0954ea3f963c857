#include "http-winhttp.h"

#include <bcrypt.h>
#include <wincrypt.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "media-type.h"
#include "utf.h"

// Not in the headers of mingw-w64 10; values of winhttp.h in the Windows SDK.
#ifndef WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3 0x00002000
#endif
#ifndef WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY
#define WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY 4
#endif

namespace keyturn {
namespace {

constexpr std::size_t largestBody = 256 * 1024;
constexpr std::int64_t fileTimeOf1970 = 116444736000000000;

class Handle {
 public:
  explicit Handle(HINTERNET handle) : handle_(handle) {}
  ~Handle() { close(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  HINTERNET get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }
  void close() {
    if (handle_ != nullptr) WinHttpCloseHandle(std::exchange(handle_, nullptr));
  }

 private:
  HINTERNET handle_;
};

bool setNumber(HINTERNET handle, DWORD option, DWORD value) { return WinHttpSetOption(handle, option, &value, sizeof value) == TRUE; }

// SHA-256 of the certificate's public key, as base64.
std::string pinOf(PCCERT_CONTEXT certificate) {
  BYTE* key = nullptr;
  DWORD keySize = 0;
  if (!CryptEncodeObjectEx(X509_ASN_ENCODING, X509_PUBLIC_KEY_INFO, &certificate->pCertInfo->SubjectPublicKeyInfo,
                           CRYPT_ENCODE_ALLOC_FLAG, nullptr, &key, &keySize))
    return {};
  BYTE hash[32] = {};
  BCRYPT_ALG_HANDLE algorithm = nullptr;
  BCRYPT_HASH_HANDLE state = nullptr;
  const bool isHashed = BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_SHA256_ALGORITHM, nullptr, 0) == 0 &&
                        BCryptCreateHash(algorithm, &state, nullptr, 0, nullptr, 0, 0) == 0 &&
                        BCryptHashData(state, key, keySize, 0) == 0 && BCryptFinishHash(state, hash, sizeof hash, 0) == 0;
  if (state != nullptr) BCryptDestroyHash(state);
  if (algorithm != nullptr) BCryptCloseAlgorithmProvider(algorithm, 0);
  LocalFree(key);
  char text[64] = {};
  DWORD length = sizeof text;
  if (!isHashed || !CryptBinaryToStringA(hash, sizeof hash, CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, text, &length)) return {};
  std::string pin(text, length);
  while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r' || pin.back() == '\0')) pin.pop_back();
  return pin;
}

enum class PinCheck {
  fits,
  otherKey,
  notKnown,  // no TLS yet (a proxy is still being asked), or the question failed: no fact, so no alarm
};

struct FreeCertificate {
  void operator()(const CERT_CONTEXT* certificate) const { CertFreeCertificateContext(certificate); }
};
struct FreeChain {
  void operator()(const CERT_CHAIN_CONTEXT* chain) const { CertFreeCertificateChain(chain); }
};

// Looks for a pinned key among the certificates of the chain by which Windows trusts the server: its own, or that of an
// authority that issues for it, which stays when the server renews its key.
PinCheck checkPins(HINTERNET request, const std::vector<std::string>& pins) {
  PCCERT_CONTEXT raw = nullptr;
  DWORD size = sizeof raw;
  if (!WinHttpQueryOption(request, WINHTTP_OPTION_SERVER_CERT_CONTEXT, &raw, &size) || raw == nullptr) return PinCheck::notKnown;
  const std::unique_ptr<const CERT_CONTEXT, FreeCertificate> certificate(raw);
  const auto isPinned = [&](PCCERT_CONTEXT one) {
    const std::string pin = pinOf(one);
    return !pin.empty() && std::find(pins.begin(), pins.end(), pin) != pins.end();
  };
  if (pinOf(certificate.get()).empty()) return PinCheck::notKnown;
  if (isPinned(certificate.get())) return PinCheck::fits;
  CERT_CHAIN_PARA wanted = {};
  wanted.cbSize = sizeof wanted;
  PCCERT_CHAIN_CONTEXT rawChain = nullptr;
  // From what the server sent and what is on this machine: nothing is fetched.
  if (!CertGetCertificateChain(nullptr, certificate.get(), nullptr, certificate->hCertStore, &wanted, CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL,
                               nullptr, &rawChain))
    return PinCheck::notKnown;
  const std::unique_ptr<const CERT_CHAIN_CONTEXT, FreeChain> chain(rawChain);
  // What anybody may append proves nothing: only a chain that ends in a trusted root counts.
  constexpr DWORD harmless = CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION;
  if ((chain->TrustStatus.dwErrorStatus & ~harmless) != 0 || chain->cChain == 0) return PinCheck::otherKey;
  const CERT_SIMPLE_CHAIN& simple = *chain->rgpChain[0];
  for (DWORD i = 1; i < simple.cElement; ++i)
    if (isPinned(simple.rgpElement[i]->pCertContext)) return PinCheck::fits;
  return PinCheck::otherKey;
}

// Watches one request. WinHTTP says "sending" once the connection is up and its certificate accepted, and before the first
// byte of the request leaves: the place to look at the key. Closing the request there keeps it from being sent. Through a proxy
// it says so too before there is any TLS: then the next time counts, and the look after the head.
struct Watch {
  const std::vector<std::string>* pins = nullptr;
  Handle* request = nullptr;
  bool isMismatch = false;
  DWORD secureFailure = 0;  // WINHTTP_CALLBACK_STATUS_FLAG_*
};

void CALLBACK onStatus(HINTERNET handle, DWORD_PTR context, DWORD status, LPVOID information, DWORD length) {
  Watch* watch = reinterpret_cast<Watch*>(context);
  if (watch == nullptr) return;
  if (status == WINHTTP_CALLBACK_STATUS_SECURE_FAILURE && information != nullptr && length >= sizeof(DWORD))
    watch->secureFailure |= *static_cast<DWORD*>(information);
  if (status != WINHTTP_CALLBACK_STATUS_SENDING_REQUEST || watch->isMismatch || watch->pins->empty()) return;
  if (checkPins(handle, *watch->pins) != PinCheck::otherKey) return;
  watch->isMismatch = true;
  watch->request->close();
}

HttpFailure failureOf(DWORD error, DWORD secureFailure = 0) {
  switch (error) {
    case ERROR_WINHTTP_TIMEOUT:
      return HttpFailure::timedOut;
    case ERROR_WINHTTP_SECURE_CERT_DATE_INVALID:
      return HttpFailure::wrongTime;
    case ERROR_WINHTTP_SECURE_CERT_CN_INVALID:
      return HttpFailure::wrongName;
    case ERROR_WINHTTP_SECURE_FAILURE: {
      // One fault alone can be told apart; a certificate with several is simply not trusted.
      const DWORD faults = secureFailure & ~static_cast<DWORD>(WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED);
      if (faults == WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID) return HttpFailure::wrongTime;
      if (faults == WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID) return HttpFailure::wrongName;
      return HttpFailure::certificate;
    }
    case ERROR_WINHTTP_SECURE_CHANNEL_ERROR:
    case ERROR_WINHTTP_SECURE_INVALID_CA:
    case ERROR_WINHTTP_SECURE_CERT_REV_FAILED:
    case ERROR_WINHTTP_SECURE_CERT_REVOKED:
    case ERROR_WINHTTP_SECURE_INVALID_CERT:
    case ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE:
      return HttpFailure::certificate;
    case ERROR_WINHTTP_INVALID_SERVER_RESPONSE:
      return HttpFailure::badAnswer;
    default:
      return HttpFailure::unreachable;
  }
}

std::string headerOf(HINTERNET request, DWORD header) {
  WCHAR text[256] = {};
  DWORD size = sizeof text - sizeof(WCHAR);
  if (!WinHttpQueryHeaders(request, header, WINHTTP_HEADER_NAME_BY_INDEX, text, &size, WINHTTP_NO_HEADER_INDEX)) return {};
  return fromWide(text).value_or(std::string());
}

std::optional<std::int64_t> dateOf(HINTERNET request) {
  SYSTEMTIME time = {};
  DWORD size = sizeof time;
  FILETIME file = {};
  if (!WinHttpQueryHeaders(request, WINHTTP_QUERY_DATE | WINHTTP_QUERY_FLAG_SYSTEMTIME, WINHTTP_HEADER_NAME_BY_INDEX, &time, &size,
                           WINHTTP_NO_HEADER_INDEX) ||
      !SystemTimeToFileTime(&time, &file))
    return std::nullopt;
  ULARGE_INTEGER ticks = {};
  ticks.LowPart = file.dwLowDateTime;
  ticks.HighPart = file.dwHighDateTime;
  return (static_cast<std::int64_t>(ticks.QuadPart) - fileTimeOf1970) / 10000000;
}

// Adds a text to a wide header block; the texts are ASCII by the time they get here.
void appendAscii(std::vector<WCHAR>& headers, std::string_view text) {
  for (const char c : text) headers.push_back(static_cast<unsigned char>(c));
}

// WinHTTP limits each wait, not their sum: a server that sends one byte at a time would hold the window for hours. And a read
// waits until it has all it asked for: so it asks for no more than what is there, and the deadline is looked at in between.
bool readBody(HINTERNET request, const std::function<bool()>& isTooLate, SecretString& body, HttpFailure& failure) {
  char buffer[8192];
  failure = HttpFailure::none;
  while (failure == HttpFailure::none) {
    DWORD available = 0;
    DWORD read = 0;
    if (isTooLate()) {
      failure = HttpFailure::timedOut;
    } else if (!WinHttpQueryDataAvailable(request, &available) ||
               (available > 0 && !WinHttpReadData(request, buffer, std::min<DWORD>(available, sizeof buffer), &read))) {
      failure = failureOf(GetLastError());
    } else if (read == 0) {
      break;
    } else {
      body.append({buffer, read});
      if (body.size() > largestBody) failure = HttpFailure::badAnswer;
    }
  }
  wipe(buffer, sizeof buffer);
  return failure == HttpFailure::none;
}

}  // namespace

WinHttp::WinHttp(HttpOptions options) : options_(std::move(options)) {
  isProxyAutomatic_ = open(WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY);
  if (!isProxyAutomatic_) open(WINHTTP_ACCESS_TYPE_DEFAULT_PROXY);  // Windows before 8.1
}

bool WinHttp::open(DWORD proxyAccess) {
  closeSession();
  const std::wstring agent = toWide(options_.userAgent).value_or(L"Keyturn");
  session_ = WinHttpOpen(agent.c_str(), proxyAccess, WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0);
  if (session_ == nullptr) return false;
  // Windows before 11 does not know TLS 1.3 and then refuses the whole set.
  bool isSet = setNumber(session_, WINHTTP_OPTION_SECURE_PROTOCOLS, WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3) ||
               setNumber(session_, WINHTTP_OPTION_SECURE_PROTOCOLS, WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2);
  // The time to resolve a name is unlimited unless it is set, and that for the head of an answer is a limit of its own.
  const int connect = static_cast<int>(options_.connectSeconds * 1000);
  const int request = static_cast<int>(options_.requestSeconds * 1000);
  isSet = WinHttpSetTimeouts(session_, connect, connect, request, request) && isSet;
  setNumber(session_, WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT, static_cast<DWORD>(request));
  const std::wstring host = toWide(options_.portal.host).value_or(L"");
  connection_ = isSet ? WinHttpConnect(session_, host.c_str(), options_.portal.port, 0) : nullptr;
  return connection_ != nullptr;
}

void WinHttp::closeSession() {
  if (connection_ != nullptr) WinHttpCloseHandle(std::exchange(connection_, nullptr));
  if (session_ != nullptr) WinHttpCloseHandle(std::exchange(session_, nullptr));
}

WinHttp::~WinHttp() { closeSession(); }

HttpResponse WinHttp::send(const HttpRequest& request) {
  if (!options_.pins.empty() && !request.token.empty()) {
    HttpRequest look;
    look.path = "/api/v1/site";
    HttpResponse seen = sendOnce(look);
    if (seen.failure != HttpFailure::none) return seen;
  }
  HttpResponse response = sendOnce(request);
  hasReached_ = hasReached_ || response.failure == HttpFailure::none;
  const bool isLost = response.failure == HttpFailure::unreachable || response.failure == HttpFailure::timedOut;
  // Automatic detection may lead to a proxy, or past one, that does not work here. Only before anything was reached, and only
  // what changes nothing: it is asked twice.
  if (!isLost || hasReached_ || !isProxyAutomatic_ || request.method != "GET") return response;
  isProxyAutomatic_ = false;
  if (!open(WINHTTP_ACCESS_TYPE_DEFAULT_PROXY)) return response;
  HttpResponse second = sendOnce(request);
  hasReached_ = second.failure == HttpFailure::none;
  // Neither way works: the next try begins with the automatic one again.
  if (!hasReached_) isProxyAutomatic_ = open(WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY);
  return second;
}

HttpResponse WinHttp::sendOnce(const HttpRequest& request) {
  HttpResponse response;
  if (connection_ == nullptr) return response;
  const std::uint64_t deadline = options_.now() + (std::uint64_t{options_.connectSeconds} + options_.requestSeconds) * 2000;
  const std::wstring method = toWide(request.method).value_or(L"");
  const std::wstring path = toWide(joinPath(options_.portal, request.path)).value_or(L"");
  LPCWSTR accepted[] = {L"application/json", L"application/problem+json", nullptr};
  Handle handle(WinHttpOpenRequest(connection_, method.c_str(), path.c_str(), nullptr, WINHTTP_NO_REFERER, accepted, WINHTTP_FLAG_SECURE));
  if (!handle) return response;

  const DWORD disabled = WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_AUTHENTICATION;
  bool isSet = setNumber(handle.get(), WINHTTP_OPTION_DISABLE_FEATURE, disabled);
  isSet = setNumber(handle.get(), WINHTTP_OPTION_REDIRECT_POLICY, WINHTTP_OPTION_REDIRECT_POLICY_NEVER) && isSet;
  isSet = setNumber(handle.get(), WINHTTP_OPTION_AUTOLOGON_POLICY, WINHTTP_AUTOLOGON_SECURITY_LEVEL_HIGH) && isSet;
  if (!isSet) return response;
  WinHttpSetOption(handle.get(), WINHTTP_OPTION_CLIENT_CERT_CONTEXT, WINHTTP_NO_CLIENT_CERT_CONTEXT, 0);

  Watch watch;
  watch.pins = &options_.pins;
  watch.request = &handle;
  const DWORD_PTR context = reinterpret_cast<DWORD_PTR>(&watch);
  const DWORD watched = WINHTTP_CALLBACK_FLAG_SEND_REQUEST | WINHTTP_CALLBACK_FLAG_SECURE_FAILURE;
  if (WinHttpSetStatusCallback(handle.get(), onStatus, watched, 0) == WINHTTP_INVALID_STATUS_CALLBACK) return response;

  std::vector<WCHAR> headers;
  headers.reserve(1024);  // never moved: it holds the token
  if (!request.body.empty()) appendAscii(headers, "Content-Type: application/json\r\n");
  if (!request.language.empty()) {
    appendAscii(headers, "Accept-Language: ");
    appendAscii(headers, request.language);
    appendAscii(headers, "\r\n");
  }
  if (!request.token.empty()) {
    appendAscii(headers, "Authorization: Bearer ");
    appendAscii(headers, request.token.view());
    appendAscii(headers, "\r\n");
  }

  // The body goes after the head, in a call of its own: where a system sends the head in spite of the closed handle, at least
  // no password and no code leaves.
  const DWORD length = static_cast<DWORD>(request.body.size());
  bool isSent = WinHttpSendRequest(handle.get(), headers.empty() ? nullptr : headers.data(), static_cast<DWORD>(headers.size()),
                                   WINHTTP_NO_REQUEST_DATA, 0, length, context) == TRUE;
  DWORD error = GetLastError();
  if (isSent && !options_.pins.empty() && !watch.isMismatch) {
    const PinCheck check = checkPins(handle.get(), options_.pins);
    watch.isMismatch = check == PinCheck::otherKey;
    if (check == PinCheck::notKnown) {
      if (!headers.empty()) wipe(headers.data(), headers.size() * sizeof(WCHAR));
      response.failure = HttpFailure::pinNotKnown;
      return response;
    }
  }
  if (isSent && !watch.isMismatch && length > 0) {
    DWORD written = 0;
    isSent = WinHttpWriteData(handle.get(), request.body.view().data(), length, &written) && written == length;
    error = GetLastError();
  }
  if (isSent && !watch.isMismatch) {
    isSent = WinHttpReceiveResponse(handle.get(), nullptr) == TRUE;
    error = GetLastError();
  }
  if (!headers.empty()) wipe(headers.data(), headers.size() * sizeof(WCHAR));
  if (watch.isMismatch) {
    response.failure = HttpFailure::pinMismatch;
    return response;
  }
  if (!isSent) {
    response.failure = failureOf(error, watch.secureFailure);
    return response;
  }

  DWORD status = 0;
  DWORD size = sizeof status;
  if (!WinHttpQueryHeaders(handle.get(), WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, WINHTTP_HEADER_NAME_BY_INDEX, &status, &size,
                           WINHTTP_NO_HEADER_INDEX)) {
    response.failure = HttpFailure::badAnswer;
    return response;
  }
  response.status = static_cast<int>(status);
  if (status == HTTP_STATUS_PROXY_AUTH_REQ) {
    response.failure = HttpFailure::proxyAuthentication;
    return response;
  }
  response.date = dateOf(handle.get());
  if (status == 204) {
    response.failure = HttpFailure::none;
    return response;
  }
  // A proxy or a captive portal answers with a page of its own: that is no answer of the server.
  if (!isJsonType(headerOf(handle.get(), WINHTTP_QUERY_CONTENT_TYPE))) {
    response.failure = HttpFailure::intercepted;
    return response;
  }
  readBody(handle.get(), [&] { return options_.now() > deadline; }, response.body, response.failure);
  return response;
}

}  // namespace keyturn
