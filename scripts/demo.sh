#!/bin/sh
# Installs, builds the pages and starts the demo. Options are passed on: npm run demo -- --help
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
sh scripts/setup.sh
sh scripts/with-node.sh node scripts/build-web.ts
exec sh scripts/with-node.sh node bin/keyturn.js demo "$@"
