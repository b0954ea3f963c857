#!/bin/sh
# Makes the folder that administrators get: the installer, the policy templates and their checksums.
#   sh windows/installer/package.sh FOLDER
# The programs come from scripts/build-windows.sh, or from KEYTURN_WINDOWS_FILES. With KEYTURN_SIGN_CERTIFICATES set (see sign.sh)
# first the programs are signed, then the installer that holds them.
set -eu
[ $# -eq 1 ] || { echo 'usage: package.sh FOLDER' >&2; exit 2; }
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
programs=${KEYTURN_WINDOWS_FILES:-$root/.scratch/windows/cross/release}
version=$(sh "$root/scripts/with-node.sh" node -p "require('$root/package.json').version")
mkdir -p "$1"
output=$(CDPATH= cd -- "$1" && pwd)
msi="$output/KeyturnLogon-$version-x64.msi"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$programs/KeyturnCredentialProvider.dll" "$programs/KeyturnEvents.dll" "$programs/KeyturnKiosk.exe" "$programs/KeyturnLogonHost.exe" "$work/"
[ -z "${KEYTURN_SIGN_CERTIFICATES:-}" ] || sh "$root/windows/installer/sign.sh" "$work"/*
sh "$root/scripts/with-node.sh" node "$root/windows/installer/build-msi.ts" --files "$work" --output "$msi"
[ -z "${KEYTURN_SIGN_CERTIFICATES:-}" ] || sh "$root/windows/installer/sign.sh" "$msi"

mkdir -p "$output/policy"
cp -R "$root/windows/generated/policy/." "$output/policy/"
cd "$output"
sha256sum "KeyturnLogon-$version-x64.msi" policy/*.admx policy/*/*.adml >SHA256SUMS
