#!/bin/sh
# Builds the Windows client: everything for Windows with mingw-w64, and the pure code natively with sanitizers for its tests.
# Installs the Debian packages it needs. Quick when nothing has changed.
#   sh scripts/build-windows.sh            into .scratch/windows/cross and .scratch/windows/native
#   sh scripts/build-windows.sh FOLDER [TARGET...]   only what ships, or some of it, into that folder: to compare two builds
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/scripts/install-packages.sh" clang libclang-rt-dev g++-mingw-w64-x86-64 cmake ninja-build wine64 wixl msitools osslsigncode libxml2-utils \
  faketime xvfb xauth

# configure FOLDER OPTION...; build FOLDER TARGET...
configure() {
  folder=$1
  shift
  [ -f "$folder/build.ninja" ] || cmake -S "$root/windows" -B "$folder" -G Ninja "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
}
build() {
  folder=$1
  shift
  cmake --build "$folder" --target "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
}

if [ $# -ge 1 ]; then
  mkdir -p "$(dirname -- "$1")"
  folder=$1
  shift
  configure "$folder" -DCMAKE_TOOLCHAIN_FILE=cmake/mingw.cmake
  build "$folder" "${@:-release}"
  exit 0
fi
mkdir -p "$root/.scratch/windows"
configure "$root/.scratch/windows/native" -DCMAKE_CXX_COMPILER=clang++ -DKEYTURN_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
build "$root/.scratch/windows/native" all
configure "$root/.scratch/windows/cross" -DCMAKE_TOOLCHAIN_FILE=cmake/mingw.cmake
build "$root/.scratch/windows/cross" all
