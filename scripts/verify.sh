#!/bin/sh
# Everything that must hold before a change lands: installs what is missing, builds, lints, type-checks, and runs every
# test against real servers and a real browser. Every step runs, whatever the one before it said; the last line is the sum:
#   N passed, N failed
# Each step counts as one, each test as one. A skipped test counts as failed, so does a test run that ends early.
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1

passed=0
failed=0
broken=

finish() {
  [ -z "$broken" ] || printf 'Failed:%s\n' "$broken"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# check NAME COMMAND...: runs one step and counts it.
check() {
  name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    broken="$broken
  $name"
  fi
}

check 'install Node.js and npm packages' sh scripts/setup.sh
# Without them nothing below can run.
[ "$failed" -eq 0 ] || finish
[ -x .tools/node/bin/node ] && PATH="$root/.tools/node/bin:$PATH"
PATH="$root/node_modules/.bin:$PATH"
export PATH

check 'install Debian packages' sh scripts/install-packages.sh
check 'build the pages' node scripts/build-web.ts
check 'lint and format (biome)' biome check --error-on-warnings .
check 'unused files, exports and packages (knip)' knip
check 'types of server and tests' tsc --noEmit -p tsconfig.json
check 'types of the pages' tsc --noEmit -p web/tsconfig.json
check 'types of the browser tests' tsc --noEmit -p test/e2e/tsconfig.json
check 'generated reference is current' node scripts/generate-reference.ts --check

# tests NAME ARGUMENTS...: one run of vitest, each test counted.
tests() {
  name=$1
  shift
  echo "== $name"
  results=".scratch/verify/$name.json"
  mkdir -p .scratch/verify
  # An old file must never stand in for a run that crashed.
  rm -f "$results"
  vitest run "$@" --reporter=default --reporter=json --outputFile.json="$results"
  exit_code=$?
  counts=$(node scripts/sum-test-results.ts "$results" "$exit_code") || counts='0 1'
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  [ "${counts#* }" -eq 0 ] || broken="$broken
  ${counts#* } of the $name"
}

tests 'tests'
tests 'Windows-client-tests' --config windows/vitest.config.ts
finish
