#!/bin/sh
# Runs a command with a Node.js that Keyturn supports (see scripts/setup.sh) and the project's own tools on PATH.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
[ -x "$root/.tools/node/bin/node" ] && PATH="$root/.tools/node/bin:$PATH"
PATH="$root/node_modules/.bin:$PATH"
export PATH
exec "$@"
