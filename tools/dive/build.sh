#!/bin/sh
# Compile dive's own analysis: build.sh SOURCES PROGRAM, where SOURCES is a checkout of
# wagoodman/dive. Takes Debian's golang-go and the libraries below; nothing is downloaded.
#
#   apt-get install golang-go golang-github-{cespare-xxhash,dustin-go-humanize,fatih-color}-dev \
#       golang-github-{google-uuid,klauspost-compress}-dev
#
# `PROGRAM IMAGE.tar…` prints a line of JSON for each archive.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sources=$(realpath "$1")
program=$(realpath -m "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

src=$work/src/github.com
dive=$src/wagoodman/dive
mkdir -p "$dive/dive/filetree" "$dive/dive/image/docker" "$dive/internal/log" "$dive/figures"
mkdir -p "$src/cespare/xxhash/v2" "$src/phayes/permbits"
cp "$sources"/dive/filetree/*.go "$dive/dive/filetree"
for name in analysis image layer docker/image_archive docker/layer docker/manifest docker/config
do
    cp "$sources/dive/image/$name.go" "$dive/dive/image/$name.go"
done
rm "$dive"/dive/filetree/*_test.go
cp "$here/log.go" "$dive/internal/log"
cp "$here/permbits.go" "$src/phayes/permbits"
cp "$here/main.go" "$dive/figures"
for place in "$src/cespare/xxhash" "$src/cespare/xxhash/v2"; do  # Debian knows no /v2
    cp /usr/share/gocode/src/github.com/cespare/xxhash/xxhash*.* "$place"
done
cd "$dive/figures"
GO111MODULE=off GOPATH="$work:/usr/share/gocode" GOCACHE="$work/cache" go build -o "$program" .
