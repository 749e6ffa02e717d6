#!/usr/bin/env bash
# Installs Debian's Alertmanager, which test/integration starts itself; does nothing where it is there already.
# Needs root. Its service is neither started nor enabled.
set -euo pipefail

if command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null; then exit 0; fi

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo 'the tests need prometheus-alertmanager and amtool on PATH; on Debian as root: apt-get install --no-install-recommends prometheus-alertmanager' >&2
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
if ! apt-cache show prometheus-alertmanager >/dev/null 2>&1; then apt-get update; fi
apt-get install --yes --no-install-recommends prometheus-alertmanager
if [ -d /run/systemd/system ]; then systemctl disable --now prometheus-alertmanager; fi
