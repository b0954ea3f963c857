#!/bin/sh
# Builds the Windows client: everything for Windows with mingw-w64, and the pure code natively with sanitizers for its tests.
# Installs the Debian packages it needs. Quick when nothing has changed.
#   sh scripts/build-windows.sh            into .scratch/windows/cross and .scratch/windows/native
#   sh scripts/build-windows.sh FOLDER     only what ships, into that folder: to compare two builds
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/scripts/install-packages.sh" clang libclang-rt-dev g++-mingw-w64-x86-64 cmake ninja-build wine64 wixl msitools osslsigncode libxml2-utils \
  faketime xvfb xauth

build() {
  folder=$1
  target=$2
  shift 2
  [ -f "$folder/build.ninja" ] || cmake -S "$root/windows" -B "$folder" -G Ninja "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
  cmake --build "$folder" --target "$target" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
}

if [ $# -eq 1 ]; then
  mkdir -p "$(dirname -- "$1")"
  build "$1" release -DCMAKE_TOOLCHAIN_FILE=cmake/mingw.cmake
  exit 0
fi
mkdir -p "$root/.scratch/windows"
build "$root/.scratch/windows/native" all -DCMAKE_CXX_COMPILER=clang++ -DKEYTURN_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug
build "$root/.scratch/windows/cross" all -DCMAKE_TOOLCHAIN_FILE=cmake/mingw.cmake
