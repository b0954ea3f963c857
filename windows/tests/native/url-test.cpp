#include "check.h"
#include "url.h"

using namespace keyturn;

TEST("an https address is taken apart") {
  const auto url = parseHttpsUrl("HTTPS://Reset.Example.com:8443/keyturn/");
  CHECK(url.has_value());
  if (!url) return;
  CHECK(url->host == "reset.example.com");
  CHECK(url->port == 8443);
  CHECK(url->path == "/keyturn/");
  CHECK(formatUrl(*url) == "https://reset.example.com:8443/keyturn/");
  CHECK(joinPath(*url, "/api/v1/journeys") == "/keyturn/api/v1/journeys");
}

TEST("the port is 443 and the path / where none is given") {
  const auto url = parseHttpsUrl("https://reset.example.com");
  CHECK(url && url->port == 443 && url->path == "/" && formatUrl(*url) == "https://reset.example.com/");
  CHECK(url && joinPath(*url, "/api/v1/journeys") == "/api/v1/journeys");
}

TEST("IP addresses are taken in canonical form only") {
  CHECK(parseHttpsUrl("https://192.0.2.10/").has_value());
  CHECK(parseHttpsUrl("https://[2001:DB8::1]:8443/").has_value());
  CHECK(parseHttpsUrl("https://[::1]").has_value());
  CHECK(parseHttpsUrl("https://[::]").has_value());
  for (const char* text : {"https://192.0.2/", "https://3221225994/", "https://0300.0.2.10/", "https://0xc0.0.2.10/", "https://192.0.2.256/",
                           "https://192.0.2.10./", "https://[::1", "https://[:::1]/", "https://[1::2::3]/", "https://[1:2:3:4:5:6:7:8:9]/",
                           "https://[fe80::1%25eth0]/", "https://[::1]x/", "https://[1:]/", "https://[]/", "https://a.0x1/"})
    CHECK_NOTE(!parseHttpsUrl(text), text);
}

TEST("whatever is not plainly one https address is refused") {
  const char* const hostile[] = {
      "", "https://", "https:///", "http://reset.example.com/", "file:///c:/windows/system32/cmd.exe", "javascript:alert(1)",
      "https:reset.example.com", "https:\\\\reset.example.com\\", "//reset.example.com/", " https://reset.example.com/",
      "https://reset.example.com/ ", "https://user@reset.example.com/", "https://user:secret@reset.example.com/",
      "https://reset.example.com\\@evil.example/", "https://reset.example.com/?next=x", "https://reset.example.com/#x",
      "https://reset.example.com/../x", "https://reset.example.com/a/./b", "https://reset.example.com//x",
      "https://reset.example.com/%2e%2e/", "https://reset.example.com/a%2fb", "https://reset.example.com/\" --remote-debugging-port=1",
      "https://reset.example.com/a b", "https://reset.example.com:0/", "https://reset.example.com:65536/",
      "https://reset.example.com:/", "https://reset.example.com:+443/", "https://reset.example.com:4 43/", "https://-reset.example.com/",
      "https://reset-.example.com/", "https://reset..example.com/", "https://.example.com/", "https://example.com./",
      "https://*.example.com/", "https://ex_ample.com/", "https://ex\xC3\xA4mple.com/", "https://reset.example.com/\r\nX: y",
      "https://reset.example.com\t/", "https://reset.example.com:443:443/"};
  for (const char* text : hostile) CHECK_NOTE(!parseHttpsUrl(text), text);
  using namespace std::string_view_literals;
  CHECK(!parseHttpsUrl("https://reset.example.com/\0/"sv));
  CHECK(!parseHttpsUrl("https://reset.example.com/" + std::string(512, 'a')));
  CHECK(!parseHttpsUrl("https://" + std::string(64, 'a') + ".example/"));
}

TEST("only the same host and port are the same origin") {
  const auto portal = parseHttpsUrl("https://reset.example.com/");
  CHECK(portal && sameOrigin(*portal, *parseHttpsUrl("https://RESET.example.com:443/other")));
  CHECK(portal && !sameOrigin(*portal, *parseHttpsUrl("https://reset.example.com:8443/")));
  CHECK(portal && !sameOrigin(*portal, *parseHttpsUrl("https://reset.example.com.evil.example/")));
}
