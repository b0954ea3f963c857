// A bounded run of a fuzz target where no libFuzzer is at hand: changes the target's good examples byte by byte with a fixed seed, so
// that a run is the same on every machine. Argument: number of inputs. With `--examples FOLDER` it writes the examples there, one file
// each, for a libFuzzer to begin with.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

#include "fuzz-target.h"

int main(int argumentCount, char** arguments) {
  const std::vector<std::string> examples = fuzzExamples();
  if (argumentCount == 3 && std::string(arguments[1]) == "--examples") {
    for (std::size_t i = 0; i < examples.size(); ++i)
      std::ofstream(std::string(arguments[2]) + "/" + std::to_string(i), std::ios::binary) << examples[i];
    return 0;
  }
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
