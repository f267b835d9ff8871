#!/bin/sh
# A Docker engine and both kinds of Compose on a bare Debian machine, for the container tests. Needs root unless all
# of it is there already.
#   .ci/docker.sh start    install what is missing from Debian, start the engine unless one answers
#   .ci/docker.sh stop     stop it, if `start` started it
set -eu

state="${DOCKER_STATE:-/var/tmp/sidecraft-docker}"
answers() { docker version >/dev/null 2>&1; }

start() {
  engine
  command -v docker-compose >/dev/null || install docker-compose
  docker compose version >/dev/null 2>&1 || compose_plugin
  echo "docker-compose $(docker-compose version --short), docker compose $(docker compose version --short)"
}

install() {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

# Debian 12 has Compose 1.29 only. The package of Debian 13 holds the plugin, which needs nothing but the C library.
compose_plugin() {
  work="$(mktemp -d)"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
  # From the mirror that this machine has its other packages from.
  mirror="$(apt-get indextargets --format '$(SITE) $(CODENAME)' | awk -v release="$(. /etc/os-release; echo "$VERSION_CODENAME")" '$2 == release { print $1; exit }')"
  echo "deb $mirror trixie main" >"$work/sources.list"
  (
    cd "$work"
    set -- -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
      -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache"
    apt-get "$@" update
    apt-get "$@" download docker-compose
    dpkg-deb --extract docker-compose_*.deb root
  )
  mkdir -p /usr/local/lib/docker/cli-plugins
  cp "$work/root/usr/libexec/docker/cli-plugins/docker-compose" /usr/local/lib/docker/cli-plugins/
  rm -rf "$work"
}

engine() {
  if answers; then echo "docker: an engine is running already"; return; fi
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    install docker.io iptables iproute2
    # The package may have started its service.
    if answers; then echo "docker: started by its package"; return; fi
  fi
  mkdir -p "$state"
  # First as Docker likes it; then for file systems without overlay, and for kernels without NAT tables.
  for options in "" "--storage-driver=vfs" "--storage-driver=vfs --iptables=false"; do
    # shellcheck disable=SC2086
    setsid dockerd --data-root="$state/data" --pidfile="$state/pid" $options >"$state/log" 2>&1 </dev/null &
    pid=$!
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 60 ]; do
      if answers; then echo "docker: engine started (pid $pid) ${options:-with defaults}"; return; fi
      tries=$((tries + 1)); sleep 0.5
    done
    end "$pid"
    echo "docker: no engine with options '${options:-defaults}':" >&2
    tail -n 5 "$state/log" >&2
  done
  exit 1
}

end() {
  kill "$1" 2>/dev/null || return 0
  tries=0
  while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 60 ]; do tries=$((tries + 1)); sleep 0.5; done
  kill -9 "$1" 2>/dev/null || true
}

stop() {
  if [ ! -f "$state/pid" ]; then echo "docker: nothing to stop"; rm -rf "$state"; return; fi
  pid="$(cat "$state/pid")"
  # After a reboot the number may be another program's.
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then end "$pid"; echo "docker: engine stopped"; fi
  rm -rf "$state"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *) echo "usage: $0 start|stop" >&2; exit 2 ;;
esac
