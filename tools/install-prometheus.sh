#!/usr/bin/env bash
# Installs Debian's Prometheus (with promtool) and Alertmanager (with amtool), which tests start themselves; does nothing where they are
# there already.
set -euo pipefail
cd "$(dirname "$0")"

present() {
  local program
  for program in prometheus promtool prometheus-alertmanager amtool; do command -v "$program" >/dev/null || return 1; done
}

if present; then exit 0; fi
packages=(prometheus prometheus-alertmanager)
./apt-install.sh "${packages[@]}"
if [ -d /run/systemd/system ]; then systemctl disable --now "${packages[@]}"; fi
