#include "url.h"

#include <algorithm>

namespace keyturn {
namespace {

constexpr std::size_t longestUrl = 512;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

// Four decimal numbers of 0 to 255 without leading zeros.
bool isIpv4(std::string_view host) {
  int parts = 0;
  while (true) {
    const std::size_t end = std::min(host.find('.'), host.size());
    const std::string_view part = host.substr(0, end);
    if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), isDigit)) return false;
    if (part.size() > 1 && part.front() == '0') return false;
    int value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    if (value > 255) return false;
    ++parts;
    if (end == host.size()) return parts == 4;
    host.remove_prefix(end + 1);
  }
}

// Eight groups of hexadecimal digits, one run of them shortened to "::" (RFC 4291 section 2.2, forms 1 and 2).
bool isIpv6(std::string_view address) {
  int groups = 0;
  bool shortened = false;
  if (address.size() < 2) return false;
  if (address.substr(0, 2) == "::") {
    shortened = true;
    address.remove_prefix(2);
  } else if (address.front() == ':') {
    return false;
  }
  while (!address.empty()) {
    const std::size_t end = std::min(address.find(':'), address.size());
    const std::string_view group = address.substr(0, end);
    if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), isHex)) return false;
    ++groups;
    address.remove_prefix(end);
    if (address.empty()) break;
    if (address.substr(0, 2) == "::") {
      if (shortened) return false;
      shortened = true;
      address.remove_prefix(2);
    } else {
      address.remove_prefix(1);
      if (address.empty()) return false;
    }
  }
  return shortened ? groups < 8 : groups == 8;
}

// Labels of letters, digits and inner hyphens (RFC 1123 section 2.1). A last label of digits, or one that begins like a
// hexadecimal number, would be read as an IPv4 address by some parsers: such names are refused.
bool isDnsName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::string_view last;
  while (true) {
    const std::size_t end = std::min(host.find('.'), host.size());
    const std::string_view label = host.substr(0, end);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char c : label)
      if (!isDigit(c) && !isLetter(c) && c != '-') return false;
    last = label;
    if (end == host.size()) break;
    host.remove_prefix(end + 1);
  }
  if (std::all_of(last.begin(), last.end(), isDigit)) return false;
  return !(last.size() > 1 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X'));
}

// Segments of unreserved characters. Percent-encoding is refused altogether: a portal's own path needs none.
bool isPlainPath(std::string_view path) {
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (segment == "." || segment == "..") return false;
    if (segment.empty() && end != rest.size()) return false;  // "//"
    for (const char c : segment)
      if (!isDigit(c) && !isLetter(c) && c != '-' && c != '.' && c != '_' && c != '~') return false;
    rest.remove_prefix(end);
  }
  return true;
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), isDigit)) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) value = value * 10 + static_cast<unsigned>(c - '0');
  if (value == 0 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::optional<HttpsUrl> parseHttpsUrl(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  if (text.size() > longestUrl || lowered(text.substr(0, scheme.size())) != scheme) return std::nullopt;
  text.remove_prefix(scheme.size());

  const std::size_t pathStart = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, pathStart);
  const std::string_view path = text.substr(pathStart);

  HttpsUrl url;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos || !isIpv6(authority.substr(1, close - 1))) return std::nullopt;
    url.host = lowered(authority.substr(0, close + 1));
    authority.remove_prefix(close + 1);
  } else {
    const std::string_view host = authority.substr(0, std::min(authority.find(':'), authority.size()));
    if (!isIpv4(host) && !isDnsName(host)) return std::nullopt;
    url.host = lowered(host);
    authority.remove_prefix(host.size());
  }
  if (!authority.empty()) {
    if (authority.front() != ':') return std::nullopt;
    const std::optional<std::uint16_t> port = parsePort(authority.substr(1));
    if (!port) return std::nullopt;
    url.port = *port;
  }
  if (!path.empty()) {
    if (!isPlainPath(path)) return std::nullopt;
    url.path = std::string(path);
  }
  return url;
}

std::string formatUrl(const HttpsUrl& url) {
  return "https://" + url.host + (url.port == 443 ? "" : ":" + std::to_string(url.port)) + url.path;
}

bool sameOrigin(const HttpsUrl& a, const HttpsUrl& b) { return a.host == b.host && a.port == b.port; }

std::string joinPath(const HttpsUrl& base, std::string_view path) {
  std::string result = base.path;
  while (!result.empty() && result.back() == '/') result.pop_back();
  if (path.empty() || path.front() != '/') result += '/';
  result += path;
  return result;
}

}  // namespace keyturn
