#include "check.h"

int main() { return keyturn::test::runTests(); }
