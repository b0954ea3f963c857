// The test framework: TEST registers a test, CHECK counts and reports, runTests() prints "N passed, N failed" and answers the
// exit code. Used natively and in wine.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace keyturn::test {

struct Test {
  const char* name;
  void (*run)();
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline bool& currentFailed() {
  static bool failed = false;
  return failed;
}

struct Registration {
  Registration(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

inline bool check(bool ok, const char* what, const char* file, int line, const std::string& note = "") {
  if (!ok) {
    currentFailed() = true;
    std::printf("  %s:%d: %s %s\n", file, line, what, note.c_str());
  }
  return ok;
}

inline int runTests() {
  int passed = 0;
  int failed = 0;
  for (const Test& test : tests()) {
    currentFailed() = false;
    test.run();
    std::printf("%s %s\n", currentFailed() ? "FAIL" : "ok  ", test.name);
    std::fflush(stdout);
    ++(currentFailed() ? failed : passed);
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace keyturn::test

#define KEYTURN_JOIN2(a, b) a##b
#define KEYTURN_JOIN(a, b) KEYTURN_JOIN2(a, b)
#define TEST(name)                                                                                        \
  static void KEYTURN_JOIN(test_, __LINE__)();                                                            \
  static const keyturn::test::Registration KEYTURN_JOIN(registration_, __LINE__)(name, KEYTURN_JOIN(test_, __LINE__)); \
  static void KEYTURN_JOIN(test_, __LINE__)()
#define CHECK(condition) keyturn::test::check((condition), #condition, __FILE__, __LINE__)
#define CHECK_NOTE(condition, note) keyturn::test::check((condition), #condition, __FILE__, __LINE__, (note))
