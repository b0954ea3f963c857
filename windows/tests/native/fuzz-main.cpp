// A bounded run of the fuzz target where no libFuzzer is at hand: changes good examples byte by byte with a fixed seed, so that
// a run is the same on every machine. Argument: number of inputs.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argumentCount, char** arguments) {
  const std::vector<std::string> examples = {
      "https://reset.example.com:8443/keyturn/", "https://[2001:db8::1]/a/b", "https://192.0.2.10",
      R"({"step":{"id":"s1","kind":"code","length":6,"options":[{"id":"a","hint":"\u00e4\ud83d\udd11"}],"n":-1.5e3},"ok":true})",
      R"([[[[null,false,"\\\"/",0.1]]]])", R"("C:\Program Files\x.exe" --goal "a \"b\" c\\" d)", "CORP\\alice", "alice@corp.example",
      "de-DE", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;", "Gr\xC3\xB6\xC3\x9F" "e \xF0\x9F\x94\x91", "service-account"};
  const char dictionary[] = "\"\\/:;@#?%.[]{}()<>-+eE0129 \t\r\n\0\x7F\x80\xC3\xED\xF0\xFFhttps";
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const long inputs = argumentCount > 1 ? std::strtol(arguments[1], nullptr, 10) : 100000;
  for (long i = 0; i < inputs; ++i) {
    std::string text = examples[below(examples.size())];
    for (std::size_t changes = below(8); changes > 0; --changes) {
      const std::size_t at = below(text.size() + 1);
      switch (below(6)) {
        case 0:
          text.insert(at, 1, dictionary[below(sizeof dictionary - 1)]);
          break;
        case 1:
          if (at < text.size()) text[at] = dictionary[below(sizeof dictionary - 1)];
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(random());
          break;
        case 3:
          text.erase(at, below(4));
          break;
        case 4:
          text.insert(at, examples[below(examples.size())]);
          break;
        default:
          text.insert(at, text.substr(below(text.size() + 1), below(16)));
      }
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  std::printf("%ld inputs, no fault\n", inputs);
  return 0;
}
