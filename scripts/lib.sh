# Shared by the scripts of this folder: where things are, how to say things, and how to run one step.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
part=$(basename "$0")
logs=$root/target/test-logs/$part
# Logs of an earlier run would be counted as this one's.
rm -rf "$logs"
mkdir -p "$logs"
cd "$root"

say() { printf '%s: %s\n' "$part" "$*"; }

die() {
  say "$*" >&2
  exit 1
}

# need_apt PACKAGE…: installs those that are missing, and says which.
need_apt() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || {
    say "needs the Debian packages ${missing[*]}, or the same from your system" >&2
    return 1
  }
  local as_root=()
  ((EUID == 0)) || as_root=(sudo)
  say "installing with apt-get: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >"$logs/apt-get.log" 2>&1 ||
    { cat "$logs/apt-get.log" >&2 && return 1; }
}

# need_command NAME HINT: stops with the hint when a program is not there.
need_command() { command -v "$1" >/dev/null || die "$1 not found: $2"; }

failed_steps=()

# step NAME COMMAND…: runs one command, shows and logs its output, and goes on to the next step when it fails, so that
# one run shows everything that is wrong. `finish` gives the part's result.
step() {
  local name=$1 started=$SECONDS status=0
  shift
  say "$name"
  "$@" </dev/null 2>&1 | tee "$logs/$(tr -c '[:alnum:]\n' - <<<"$name").log" || status=$?
  if ((status)); then
    failed_steps+=("$name")
    say "FAILED after $((SECONDS - started)) s: $name"
  else
    say "ok, $((SECONDS - started)) s: $name"
  fi
}

# finish: the last line of a part; its status is the part's.
finish() {
  ((${#failed_steps[@]} == 0)) || die "failed: $(printf '%s; ' "${failed_steps[@]}" | sed 's/; $//')"
  say "ok, $SECONDS s"
}

# find_vectors: sets DOKIMOS_VECTORS when the vectors lie beside the checkout; says so when they do not.
find_vectors() {
  if [[ -n ${DOKIMOS_VECTORS:-} ]]; then
    [[ -d $DOKIMOS_VECTORS ]] || die "DOKIMOS_VECTORS is not a folder: $DOKIMOS_VECTORS"
  elif [[ -d $root/../shared/vectors ]]; then
    DOKIMOS_VECTORS=$(cd "$root/../shared/vectors" && pwd)
  else
    say "no ../shared/vectors and no DOKIMOS_VECTORS: the tests that read vectors are skipped"
    return 0
  fi
  export DOKIMOS_VECTORS
}
