#!/bin/sh
# Signs programs and installers in place with Authenticode (osslsigncode) and verifies each signature.
#   sh windows/installer/sign.sh FILE...
#
# KEYTURN_SIGN_CERTIFICATES  file with the certificate of the publisher and its chain, PEM, publisher first
# KEYTURN_SIGN_KEY           file with the private key (PEM), or the key's id or PKCS#11 URI in the token
# KEYTURN_SIGN_MODULE        PKCS#11 library of the HSM, token or cloud service; without it the key is a file
# KEYTURN_SIGN_ENGINE        OpenSSL engine for PKCS#11, if it does not stand where OpenSSL looks
# KEYTURN_SIGN_PIN_FILE      file with the PIN of the token or the password of the key file
# KEYTURN_SIGN_TIMESTAMP     address of an RFC 3161 time-stamping service; without a time stamp the signature ends with the
#                            certificate, so a release needs one
# KEYTURN_SIGN_CA            file with the root certificates to verify with, PEM
# KEYTURN_SIGN_TIMESTAMP_CA  the same for the time stamp
# KEYTURN_SIGN_TIME          the time noted in the signature, seconds since 1970: only to make tests repeatable
set -eu
: "${KEYTURN_SIGN_CERTIFICATES:?is not set}" "${KEYTURN_SIGN_KEY:?is not set}" "${KEYTURN_SIGN_CA:?is not set}"
[ $# -gt 0 ] || { echo 'usage: sign.sh FILE...' >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for file in "$@"; do
  set -- -certs "$KEYTURN_SIGN_CERTIFICATES" -key "$KEYTURN_SIGN_KEY" -h sha256 -n 'Keyturn sign-in client'
  [ -z "${KEYTURN_SIGN_MODULE:-}" ] || set -- "$@" -pkcs11module "$KEYTURN_SIGN_MODULE"
  [ -z "${KEYTURN_SIGN_ENGINE:-}" ] || set -- "$@" -pkcs11engine "$KEYTURN_SIGN_ENGINE"
  [ -z "${KEYTURN_SIGN_PIN_FILE:-}" ] || set -- "$@" -readpass "$KEYTURN_SIGN_PIN_FILE"
  [ -z "${KEYTURN_SIGN_TIMESTAMP:-}" ] || set -- "$@" -ts "$KEYTURN_SIGN_TIMESTAMP"
  [ -z "${KEYTURN_SIGN_TIME:-}" ] || set -- "$@" -time "$KEYTURN_SIGN_TIME"
  # The extended signature of an installer covers the names and dates inside it as well.
  case $file in *.msi) set -- "$@" -add-msi-dse ;; esac
  # osslsigncode writes no file that is there already, and a half-signed file must not take the place of the whole one.
  osslsigncode sign "$@" -in "$file" -out "$work/signed" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

  set -- -CAfile "$KEYTURN_SIGN_CA"
  [ -z "${KEYTURN_SIGN_TIMESTAMP_CA:-}" ] || set -- "$@" -TSA-CAfile "$KEYTURN_SIGN_TIMESTAMP_CA"
  osslsigncode verify "$@" -in "$work/signed" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  cat "$work/signed" >"$file"
  rm "$work/signed"
  echo "signed: $file"
done
