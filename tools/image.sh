#!/usr/bin/env bash
# Builds the image from the Dockerfile and says what came of it: size, time, how long it takes to start, and the digest of its content.
#
#   IMAGE=name:tag   default localhost/support-coverage-operator:<version of package.json>
#   ENGINE=docker or buildah; default: docker where its engine answers, else buildah (which needs root)
#   BASE=<image with Node 26 and npm>; default that of the Dockerfile. `debian`: made here of Debian's packages and the npm packages node and
#                    npm, for a machine that reaches no registry of images (buildah and debootstrap, as root). With the argument --base that
#                    is made and no more.
#
# The same commit gives the same content: files are dated by the commit, and nothing in them depends on when or where they were made.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
image=${IMAGE:-localhost/support-coverage-operator:$version}
base=${BASE:-}
dated=$(git log -1 --format=%ct)
local_base=localhost/support-coverage-build:node26

if [ -z "${ENGINE:-}" ]; then
  if docker info >/dev/null 2>&1; then ENGINE=docker; else ENGINE=buildah; fi
fi
command -v "$ENGINE" >/dev/null || { echo "neither Docker's engine nor buildah is here; on Debian as root: apt-get install --no-install-recommends buildah debootstrap" >&2; exit 1; }

# buildah without a container runtime: a chroot on plain folders.
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}

make_local_base() {
  buildah inspect --type image "$local_base" >/dev/null 2>&1 && return
  local folder npm
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' RETURN
  echo "== $local_base of Debian bookworm, with Node and npm of the lock file and the machine" >&2
  debootstrap --variant=minbase --include=ca-certificates,libatomic1,libstdc++6 bookworm "$folder/root" >&2
  rm -rf "$folder"/root/var/cache/apt "$folder"/root/var/lib/apt/lists/*
  install -D node_modules/node/bin/node "$folder/root/usr/local/bin/node"
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mkdir -p "$folder/root/usr/local/lib/node_modules"
  cp -rL "$npm" "$folder/root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/root/usr/local/bin/npx"
  local container
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$folder/root" / >/dev/null
  buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm "$container" "$local_base" >/dev/null
}

from=()
if [ "$base" = debian ]; then
  make_local_base
  if [ "${1:-}" = --base ]; then exit; fi
  base=$local_base
fi
[ -z "$base" ] || from=(--build-arg "BUILD_IMAGE=$base")

started=$(date +%s)
if [ "$ENGINE" = docker ]; then
  SOURCE_DATE_EPOCH=$dated docker build --tag "$image" "${from[@]}" .
  bytes=$(docker image inspect --format '{{.Size}}' "$image")
  echo "{\"image\":\"$image\",\"engine\":\"docker\",\"mb\":$((bytes / 1000000)),\"build_s\":$(($(date +%s) - started))}"
  exit
fi

mounts=()
# What npm is told of registries and certificates on this machine holds while it installs, and is not in the image.
[ ! -f "$HOME/.npmrc" ] || mounts+=(--volume "$HOME/.npmrc:/root/.npmrc:ro")
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  mounts+=(--volume "$NODE_EXTRA_CA_CERTS:/tmp/certificates.pem:ro")
  from+=(--build-arg NODE_EXTRA_CA_CERTS=/tmp/certificates.pem)
fi
buildah bud --quiet --timestamp "$dated" --tag "$image" "${from[@]}" "${mounts[@]}" . >/dev/null
built=$(($(date +%s) - started))

container=$(buildah from "$image")
trap 'buildah rm "$container" >/dev/null' EXIT
root=$(buildah mount "$container")
bytes=$(du --summarize --bytes "$root" | cut -f1)
shells=$(find "$root" -type f -perm /111 ! -name '*.so*' ! -name node ! -path '*/app/*' -printf '%P ' | head -c 500)
content=$(cd "$root" && find . -printf '%p %y %m %U:%G %l\n' -type f -exec sha256sum {} \; | sort | sha256sum | cut -d' ' -f1)
mapfile -t command < <(node --input-type=module --eval 'import { entryPoint } from "./tools/entry-point.ts"; console.log(entryPoint().join("\n"))')
# Two starts: the first reads the files from the disk.
start() { local at; at=$(date +%s%N); env -i PATH="$PATH" NODE_COMPILE_CACHE=/app/dist/compile-cache chroot --userspec=65532:65532 "$root" /usr/local/bin/node "${command[@]/#dist//app/dist}" --version >/dev/null; echo $((($(date +%s%N) - at) / 1000000)); }
start >/dev/null
echo "{\"image\":\"$image\",\"engine\":\"buildah\",\"mb\":$((bytes / 1000000)),\"build_s\":$built,\"version_ms\":$(start),\"other_programs\":\"$shells\",\"content\":\"sha256:$content\"}"
