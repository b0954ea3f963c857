#!/bin/sh
# Builds the Windows sign-in client with mingw-w64 and tests it natively and in wine. Installs the Debian packages it needs.
# Ends with one line: N passed, N failed.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
sh scripts/setup.sh
exec sh scripts/with-node.sh vitest run --config windows/vitest.config.ts "$@"
