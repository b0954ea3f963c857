#!/bin/sh
# Builds a Debian package of Keyturn for this machine's architecture: the program, its pages, the Node.js it runs on, a systemd unit.
#   sh scripts/build-deb.sh FOLDER [VERSION]
# The version is that of package.json unless told. Prints the path of the package.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
[ -x .tools/node/bin/node ] && PATH="$root/.tools/node/bin:$PATH"
target=$1
version=${2:-$(node -p 'require("./package.json").version')}
architecture=$(dpkg --print-architecture)
[ -e dist/web/index.html ] || { echo "The pages are not built: node scripts/build-web.ts" >&2; exit 1; }

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$stage"
program="$stage/usr/lib/keyturn"
documents="$stage/usr/share/doc/keyturn"
install -d "$program/dist" "$documents" "$stage/usr/bin" "$stage/lib/systemd/system" "$stage/etc/keyturn" "$stage/DEBIAN"

cp -R bin src shared locales "$program/"
find "$program/src" -name '*.test.ts' -delete
cp -R dist/web "$program/dist/web"
node -e 'const p = require("./package.json"); p.version = process.argv[1]; delete p.scripts; delete p.devDependencies; console.log(JSON.stringify(p, null, 2))' "$version" > "$program/package.json"
cp "$(node -p process.execPath)" "$program/node"
# What runs; the pages are built already and need nothing of their own libraries.
npm ls --omit=dev --all --parseable 2>/dev/null | sed -n "s|^$root/||p" | grep '^node_modules/' \
  | grep -Ev '^node_modules/(@mantine|@floating-ui|react|react-dom|react-i18next|scheduler)(/|$)' | LC_ALL=C sort > "$stage.list"
while read -r folder; do
  case "$folder" in */node_modules/*) continue ;; esac
  [ ! -d "$folder" ] || { install -d "$program/$(dirname "$folder")"; cp -R "$folder" "$program/$folder"; }
done < "$stage.list"
rm -f "$stage.list"

cp -R docs/handbook docs/reference CHANGELOG.md "$documents/"
cp -R packaging/monitoring "$documents/monitoring"
cp LICENSE "$documents/copyright"
install -m 755 packaging/debian/keyturn "$stage/usr/bin/keyturn"
install -m 644 packaging/systemd/keyturn.service "$stage/lib/systemd/system/keyturn.service"
install -m 640 packaging/debian/keyturn.yaml "$stage/etc/keyturn/keyturn.yaml"
for script in postinst prerm postrm; do install -m 755 "packaging/debian/$script" "$stage/DEBIAN/$script"; done
echo /etc/keyturn/keyturn.yaml > "$stage/DEBIAN/conffiles"
cat > "$stage/DEBIAN/control" <<END
Package: keyturn
Version: $version
Architecture: $architecture
Maintainer: Keyturn
Depends: libc6, libstdc++6, passwd, util-linux
Section: admin
Priority: optional
Installed-Size: $(du -sk "$stage" | cut -f1)
Description: self-service password reset and account unlock for directories
 Lets people reset a forgotten password and unlock their account in Active
 Directory, OpenLDAP, 389 Directory Server and other LDAP directories.
END
package="$target/keyturn_${version}_$architecture.deb"
dpkg-deb --root-owner-group ${KEYTURN_DEB_COMPRESSION:--Zxz} --build "$stage" "$package" >/dev/null
echo "$package"
