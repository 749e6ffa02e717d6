#!/usr/bin/env bash
# Installs Debian's Prometheus (with promtool) and Alertmanager (with amtool), which tests start themselves; does nothing where they are
# there already. Needs root. Their services are neither started nor enabled.
set -euo pipefail

packages=(prometheus prometheus-alertmanager)

present() {
  local program
  for program in prometheus promtool prometheus-alertmanager amtool; do command -v "$program" >/dev/null || return 1; done
}

if present; then exit 0; fi

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "the tests need prometheus, promtool, prometheus-alertmanager and amtool on PATH; on Debian as root: apt-get install --no-install-recommends ${packages[*]}" >&2
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
install=(apt-get install --yes --no-install-recommends "${packages[@]}")
# What apt knows of the archive may be missing, or too old to be found there.
"${install[@]}" || { apt-get update && "${install[@]}"; }
if [ -d /run/systemd/system ]; then systemctl disable --now "${packages[@]}"; fi
