#!/bin/sh
# Installs the Debian packages that the tests, the benchmarks and the demonstrations with a real directory need: servers are
# started by this project in folders of its own, never as services of the machine. Quick and silent when nothing is missing.
#   sh scripts/install-packages.sh                    all of them
#   sh scripts/install-packages.sh slapd samba-ad-dc  only these
set -eu

if [ $# -eq 0 ]; then
  set -- openssl gcc libc6-dev \
    slapd ldap-utils \
    samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba winbind smbclient ldb-tools krb5-user \
    389-ds-base libnss3-tools \
    postgresql \
    systemd iproute2 nginx prometheus buildah debootstrap \
    chromium chromium-headless-shell
fi

known=$(apt-cache --version >/dev/null 2>&1 && echo yes || echo no)
if [ "$known" = no ]; then
  echo "This needs a Debian system (apt). Packages wanted: $*" >&2
  exit 1
fi

missing=
for package in "$@"; do
  case "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)" in
    ii*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Packages are missing: sudo apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

echo "Installing Debian packages:$missing"
# A server package starts its service when it is installed. Debian asks this file first: 101 means "do not"
# (invoke-rc.d(8)). One that is there already belongs to the machine and stays.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
own_policy=no
clean_up() {
  [ "$own_policy" = no ] || rm -f "$policy"
  rm -f "$log"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then
  own_policy=yes
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi

install() {
  # shellcheck disable=SC2086 # a list of package names
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends $missing >"$log" 2>&1
}
# The package lists are fetched only where those at hand do not do.
if ! install; then
  apt-get -q -o DPkg::Lock::Timeout=120 update >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
  install || { tail -n 20 "$log" >&2; exit 1; }
fi
