#!/bin/sh
# The real tools that tests/reference/ and the browser tests compare layerlab with.
# `reference_tools.sh --list` prints the packages and installs nothing.
set -eu

packages="buildah busybox-static chromium docker-registry docker.io fonts-noto-cjk iproute2
mmdebstrap skopeo umoci zstd"

if [ "${1:-}" = --list ]; then
    # shellcheck disable=SC2086  # one word, one package
    printf '%s\n' $packages
    exit
fi
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
export DEBIAN_FRONTEND=noninteractive
as_root apt-get -q -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086
as_root apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages
