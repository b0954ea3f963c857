#!/bin/sh
# Everything that must hold before a change lands: installs what is missing, builds, lints, type-checks, and runs every
# test against real servers and a real browser. Every step runs, whatever the one before it said; the last line is the sum:
#   N passed, N failed
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
. scripts/verification.sh
own_temporary_folder

prepare
# Compilers are fetched and run while the first steps leave room for it.
beside sh scripts/build-windows.sh
check 'lint and format (biome)' biome check --error-on-warnings .
check 'unused files, exports and packages (knip)' knip
check 'types of server and tests' tsc --noEmit -p tsconfig.json
check 'types of the pages' tsc --noEmit -p web/tsconfig.json
check 'types of the browser tests' tsc --noEmit -p test/e2e/tsconfig.json
check 'generated reference is current' node scripts/generate-reference.ts --check
tests 'tests'
check 'build the Windows client' joined
tests 'Windows-client-tests' --config windows/vitest.config.ts
finish
