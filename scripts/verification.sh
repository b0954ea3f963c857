# Sourced by verify.sh and verify-long.sh: runs steps, counts them, and ends with the sum. Each step counts as one, each test
# as one; a skipped test counts as failed, so does a test run that ends early.
# shellcheck shell=sh
passed=0
failed=0
broken=
second_tries=.scratch/verify/second-tries.txt

# A temporary folder for this run, removed with all that its tests leave in it; those of runs that were killed go as well.
# Short, because the path of a Unix socket may have 107 bytes only (unix(7)).
own_temporary_folder() {
  for left in /tmp/keyturn-run.* /dev/shm/keyturn-run.*; do
    [ -d "$left" ] || continue
    kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
  done
  TMPDIR=/tmp/keyturn-run.$$
  rm -rf "$TMPDIR"
  # Servers that refuse to run as root must get through to their own folders; nobody else can list it.
  mkdir -m 711 "$TMPDIR"
  export TMPDIR
  # Room for servers that need not keep their files, in memory: where there is enough of it for all that run at a time, and as much again.
  KEYTURN_IN_MEMORY=$TMPDIR
  if [ "$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)" -ge 6000000 ] 2>/dev/null &&
    [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -ge 12000000 ]; then
    KEYTURN_IN_MEMORY=/dev/shm/${TMPDIR##*/}
    rm -rf "$KEYTURN_IN_MEMORY"
    mkdir -m 711 "$KEYTURN_IN_MEMORY"
  fi
  export KEYTURN_IN_MEMORY
  # Tests start the program from its source again and again: what it is compiled to is kept for the next one (Node.js, "Module compile cache").
  NODE_COMPILE_CACHE=$TMPDIR/compiled
  export NODE_COMPILE_CACHE
  trap 'end_beside; rm -rf "$TMPDIR" "$KEYTURN_IN_MEMORY"' EXIT
  trap 'exit 1' HUP INT TERM
}

# Prints what failed and the sum, and ends the run.
finish() {
  [ ! -s "$second_tries" ] || cat "$second_tries"
  [ -z "$broken" ] || printf 'Failed:%s\n' "$broken"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# check NAME COMMAND...: runs one step and counts it.
check() {
  name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    broken="$broken
  $name"
  fi
}

# beside COMMAND...: begins something at low priority while the steps after it run; `check NAME joined` takes its outcome.
beside() {
  mkdir -p .scratch/verify
  nice -n 10 "$@" >.scratch/verify/beside.log 2>&1 &
  beside=$!
}
beside=

joined() {
  wait "$beside"
  outcome=$?
  beside=
  cat .scratch/verify/beside.log
  return "$outcome"
}

end_beside() {
  [ -n "$beside" ] || return 0
  # Not TERM: a shell that has just forked loses it.
  kill -s KILL "$beside" 2>/dev/null
  wait "$beside" 2>/dev/null
}

# tests NAME ARGUMENTS...: one run of vitest, each test counted.
tests() {
  name=$1
  shift
  echo "== $name"
  results=".scratch/verify/$name.json"
  mkdir -p .scratch/verify
  # An old file must never stand in for a run that crashed.
  rm -f "$results"
  KEYTURN_SECOND_TRIES="$second_tries" KEYTURN_TEST_RESULTS="$results" vitest run "$@"
  exit_code=$?
  # First line: the counts. The others: a line for each test that did not pass.
  summary=$(node scripts/sum-test-results.ts "$results" "$exit_code") || summary='0 1'
  counts=$(printf '%s\n' "$summary" | head -n 1)
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  [ "${counts#* }" -eq 0 ] || broken="$broken
  ${counts#* } of the $name
$(printf '%s\n' "$summary" | tail -n +2)"
}

# Node.js, the npm packages and the Debian packages: without them nothing else can run.
prepare() {
  mkdir -p .scratch/verify
  rm -f "$second_tries"
  check 'install Node.js and npm packages' sh scripts/setup.sh
  [ "$failed" -eq 0 ] || finish
  [ -x .tools/node/bin/node ] && PATH="$root/.tools/node/bin:$PATH"
  PATH="$root/node_modules/.bin:$PATH"
  export PATH
  check 'install Debian packages' sh scripts/install-packages.sh
  check 'build the pages' node scripts/build-web.ts
}
