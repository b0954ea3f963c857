// Prints QR codes for a comparison with another encoder. Each line of standard input is a mask (-1 for the best), a space and a text;
// each line of output the rows of its modules as 0 and 1, with commas between, or "too long". Test only.
#include <iostream>
#include <string>

#include "qr-code.h"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::size_t space = line.find(' ');
    const auto code = keyturn::encodeQr(std::string_view(line).substr(space + 1), std::stoi(line.substr(0, space)));
    if (!code) std::cout << "too long";
    for (int y = 0; code && y < code->size; ++y) {
      if (y > 0) std::cout << ',';
      for (int x = 0; x < code->size; ++x) std::cout << (code->isDark(x, y) ? '1' : '0');
    }
    std::cout << '\n';
  }
  return 0;
}
