#!/usr/bin/env bash
# The end-to-end suite: the image of the Dockerfile, installed with the chart, as a Pod of a real kubelet. See README.md.
# Everything runs in mount, network and process namespaces of its own: when the first process of these ends, however it does, all end.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ]; then
  echo "make e2e needs root on Linux: it makes namespaces, a bridge and cgroups. It was not run." >&2
  exit 1
fi

packages=(buildah debootstrap runc containernetworking-plugins nftables conntrack iproute2 openssl)
if ! { command -v buildah && command -v debootstrap && command -v runc && command -v nft && command -v conntrack && command -v ip && command -v openssl; } >/dev/null || [ ! -d /usr/lib/cni ]; then
  tools/apt-install.sh "${packages[@]}"
fi

# Containers are in cgroups below one of this run. Of runs before it that were killed theirs are left.
cgroups=support-coverage-e2e
export E2E_CGROUP=$cgroups-$$
hierarchies=(/sys/fs/cgroup/*/)
[ ! -e /sys/fs/cgroup/cgroup.controllers ] || hierarchies=(/sys/fs/cgroup/)
remove_cgroups() { find "${hierarchies[@]}" -depth -type d \( -path "*/$1" -o -path "*/$1/*" \) -exec rmdir {} + 2>/dev/null || true; }
trap 'remove_cgroups "$E2E_CGROUP"' EXIT
for hierarchy in "${hierarchies[@]}"; do
  for left in "$hierarchy$cgroups"-*; do
    if [ -d "$left" ] && [ ! -d "/proc/${left##*-}" ]; then remove_cgroups "$(basename "$left")"; fi
  done
  mkdir -p "$hierarchy$E2E_CGROUP"
done

export ENGINE=buildah STORAGE_DRIVER=${STORAGE_DRIVER:-vfs} BUILDAH_ISOLATION=chroot BASE=${BASE:-debian}
# What the machine and the archive of Debian give, without anything of this project: CI asks for that first.
[ "$BASE" != debian ] || tools/image.sh --base
unshare --mount --net --pid --fork --mount-proc sh -ec 'mount -t tmpfs probe /run; mkdir /run/l /run/u /run/w /run/m
  mount -t overlay overlay -o lowerdir=/run/l,upperdir=/run/u,workdir=/run/w /run/m
  ip link add probe type bridge; nft add table inet probe' || { echo "make e2e needs overlay mounts, a bridge and nftables in namespaces of its own. It was not run." >&2; exit 1; }
if [ "${1:-}" = --machine ]; then exit; fi

node test/controlplane/build.ts
node test/e2e/build.ts

work=.cache/e2e
mkdir -p "$work"
exec 9>"$work/lock"
flock -n 9 || { echo "another run of the suite has not ended" >&2; exit 1; }
rm -rf "$work/images" "$work/previous"
mkdir "$work/images"
trap 'remove_cgroups "$E2E_CGROUP"; rm -rf "$work/images" "$work/previous"' EXIT

# Images have the same names in every clone, and the store is the machine's: one run makes and takes them at a time.
exec 8>"/run/lock/$cgroups"
flock 8
IMAGE=localhost/support-coverage-operator:e2e tools/image.sh | tee "$work/image.json"
# The release before, to upgrade from: its chart and the image that it was.
previous=$(node --input-type=module --eval 'import { previousRelease } from "./tools/previous-release.ts"; console.log(previousRelease(".")?.commit ?? "")')
images=(pause coredns metrics-server support-coverage-operator)
if [ -n "$previous" ]; then
  git clone --quiet --no-checkout "file://$PWD" "$work/previous"
  git -C "$work/previous" checkout --quiet --detach "$previous"
  ln -s "$PWD/node_modules" "$work/previous/node_modules"
  IMAGE=localhost/previous:e2e "$work/previous/tools/image.sh"
  images+=(previous)
fi

# Programs that need nothing but themselves.
for name in pause coredns metrics-server; do
  container=$(buildah from scratch)
  buildah copy --quiet "$container" ".cache/bin/$name" "/$name" >/dev/null
  buildah config --entrypoint "[\"/$name\"]" "$container"
  buildah commit --quiet --rm "$container" "localhost/$name:e2e" >/dev/null
done
for name in "${images[@]}"; do
  buildah push --quiet "localhost/$name:e2e" "docker-archive:$work/images/$name.tar:localhost/$name:e2e"
done
exec 8>&-

# Ends when this shell does, whatever ends it.
setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc bash -s "$PWD/$work" "$@" <<'INSIDE'
set -euo pipefail
work=$1; shift
mount --make-rprivate /
# What is written goes with the mount.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/e2e
ip link set lo up
export TMPDIR=/run/e2e E2E_IMAGES="$work/images" E2E_PREVIOUS="$work/previous"
NODE_OPTIONS='--experimental-vm-modules --disable-warning=ExperimentalWarning' jest --selectProjects=e2e --runInBand --verbose "$@"
INSIDE
