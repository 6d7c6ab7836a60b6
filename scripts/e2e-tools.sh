# Sourced by scripts/e2e-* and scripts/check-deploy after lib.sh: the programs of others that they run. Built from the Go
# module proxy into target/tools and kept there; kube-apiserver alone takes half an hour of a processor.
# shellcheck shell=bash

kubernetes_version=1.35.4
cosign_version=3.1.3
helm_version=4.3.1

tools=$root/target/tools
mkdir -p "$tools/bin"
export PATH=$tools/bin:$PATH GOTOOLCHAIN=local

# built NAME VERSION: whether target/tools has the program at this version.
built() { [[ -x $tools/bin/$1 && $(cat "$tools/bin/.$1.version" 2>/dev/null) == "$2" ]]; }

# install_go NAME PACKAGE VERSION: a program whose module stands by itself.
install_go() {
  local name=$1 package=$2 version=$3
  built "$name" "$version" && return 0
  say "building $name $version"
  GOBIN=$tools/bin GOFLAGS=-trimpath CGO_ENABLED=0 go install -ldflags '-s -w' "$package@v$version" || return 1
  echo "$version" >"$tools/bin/.$name.version"
}

need_cosign() { install_go cosign github.com/sigstore/cosign/v3/cmd/cosign "$cosign_version"; }
need_helm() { install_go helm helm.sh/helm/v4/cmd/helm "$helm_version"; }

# need_kubernetes NAME…: programs of k8s.io/kubernetes. Its go.mod points to folders of its own tree for what it
# publishes as modules of their own, so `go install` refuses it; a module that replaces each of them by the published
# one of the same version builds it.
need_kubernetes() {
  local name missing=()
  for name in "$@"; do
    built "$name" "$kubernetes_version" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  local module=$tools/kubernetes
  kubernetes_module "$module" || return 1
  local package=k8s.io/component-base/version
  local flags="-s -w -X $package.gitVersion=v$kubernetes_version -X $package.gitMajor=${kubernetes_version%%.*}"
  flags+=" -X $package.gitMinor=$(cut -d. -f2 <<<"$kubernetes_version")"
  for name in "${missing[@]}"; do
    say "building $name $kubernetes_version"
    (cd "$module" && GOFLAGS='-mod=mod -trimpath -buildvcs=false' CGO_ENABLED=0 \
      go build -ldflags "$flags" -o "$tools/bin/$name" "k8s.io/kubernetes/cmd/$name") || return 1
    echo "$kubernetes_version" >"$tools/bin/.$name.version"
  done
}

kubernetes_module() {
  local module=$1 published=v0.${kubernetes_version#*.} theirs
  mkdir -p "$module"
  theirs=$(cd "$module" && GOFLAGS=-mod=mod go mod download -json "k8s.io/kubernetes@v$kubernetes_version" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["GoMod"])') || return 1
  {
    printf 'module tools\n\n%s\n\n' "$(grep '^go ' "$theirs")"
    grep '^godebug' "$theirs"
    printf '\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$kubernetes_version"
    sed -n "s,^[[:space:]]*\(k8s.io/[a-z-]*\) => ./staging/.*,\t\1 => \1 $published,p" "$theirs"
    printf ')\n'
  } >"$module/go.mod"
}

# start NAME COMMAND…: in the background, until the script ends. What it says goes to the logs. A step runs in a shell of
# its own: what is started in it is known to others by its files.
start() {
  local name=$1
  shift
  rm -f "$logs/$name.status"
  {
    "$@" &
    echo $! >"$logs/$name.pid"
    local status=0
    wait $! || status=$?
    echo "$status" >"$logs/$name.status"
  } >>"$logs/$name.log" 2>&1 </dev/null &
  wait_for "$name" test -s "$logs/$name.pid"
}

# stop NAME [SIGNAL]: and waits until it has ended; the status is the program's.
stop() {
  kill "-${2:-TERM}" "$(cat "$logs/$1.pid")" 2>/dev/null
  wait_for "the end of $1" test -s "$logs/$1.status"
  rm "$logs/$1.pid"
  return "$(cat "$logs/$1.status")"
}

stop_all() {
  local file
  for file in "$logs"/*.pid; do
    [[ ! -e $file ]] || stop "$(basename "$file" .pid)" || true
  done
}
trap stop_all EXIT

# wait_for WHAT COMMAND…: until the command succeeds, for at most a minute.
wait_for() {
  local what=$1 end=$((SECONDS + 60))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { echo "waited a minute for $what" && tail -n 20 "$logs"/*.log && return 1; }
    sleep 0.1
  done
}

# free_ports N: ports of this machine that nothing listens on.
free_ports() {
  python3 -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

# build_dokimos PROFILE: the programs of this repository, in $bin, and the helper of these scripts.
build_dokimos() {
  cargo build --profile "$1" --locked -p dokimos-cli -p dokimos-hook && (cd "$root/scripts/e2e" && go build -o "$tools/bin/e2e" .)
}
