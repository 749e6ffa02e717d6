#!/usr/bin/env bash
# Installs packages of Debian, as root; no service of theirs is started or enabled.
set -euo pipefail

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "needed, and on Debian installed as root: apt-get install --no-install-recommends $*" >&2
  exit 1
fi

# Packages ask this file whether they may start a service; 101 is no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install --yes --no-install-recommends "$@")
# What apt knows of the archive may be missing, or too old to be found there.
"${install[@]}" || { apt-get update && "${install[@]}"; }
