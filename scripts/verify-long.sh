#!/bin/sh
# What takes too long for every change: the tests that have a long variant, run in it (they read KEYTURN_LONG), and the
# mutation run over the security core. `npm run verify` is the check before a change lands; this is the one before a release.
# The last line is the sum, as there.
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
. scripts/verification.sh
own_temporary_folder

prepare
KEYTURN_LONG=1
export KEYTURN_LONG
# shellcheck disable=SC2046 # a list of files
tests 'long-tests' $(grep -rlE 'KEYTURN_LONG' --include='*.test.ts' src test)
# shellcheck disable=SC2046 # a list of files
tests 'long-Windows-client-tests' --config windows/vitest.config.ts $(grep -rlE 'KEYTURN_LONG' --include='*.test.ts' windows)
parts=$(node -e "import('./test/mutation/parts.ts').then(({ MUTATED_PARTS }) => console.log(Object.keys(MUTATED_PARTS).join(' ')))") || exit 1
for part in $parts; do
  KEYTURN_MUTATED=$part
  export KEYTURN_MUTATED
  check "mutations of $part are noticed" stryker run test/mutation/stryker.config.ts
done
finish
