#!/bin/sh
# Builds a Debian package of Keyturn for this machine's architecture: the bundle of scripts/build-package.ts, the Node.js it runs on and a
# systemd unit.
#   sh scripts/build-deb.sh FOLDER [VERSION]
# The version is that of package.json unless told. Prints the path of the package.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
[ -x .tools/node/bin/node ] && PATH="$root/.tools/node/bin:$PATH"
target=$1
version=${2:-$(node -p 'require("./package.json").version')}
architecture=$(dpkg --print-architecture)

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$stage"
program="$stage/usr/lib/keyturn"
documents="$stage/usr/share/doc/keyturn"
install -d "$stage/usr/lib" "$documents" "$stage/usr/bin" "$stage/lib/systemd/system" "$stage/etc/keyturn" "$stage/DEBIAN"

node scripts/build-package.ts "$program" "$version" >/dev/null
cp "$(node -p process.execPath)" "$program/node"

cp -R docs/handbook docs/reference CHANGELOG.md "$documents/"
cp -R packaging/monitoring "$documents/monitoring"
cat LICENSE "$program/THIRD-PARTY-LICENSES" > "$documents/copyright"
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
