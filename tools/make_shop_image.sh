#!/bin/sh
# Make notebooks/images/shop.tar.gz with the Docker engine that `docker` talks to (classic
# builder). Its digests differ each time, since they hold times: made once, and kept.
#
# The base is made from Debian's sources of dash and toybox, whose licences let them be handed
# on, and lie beside them in the image. It takes gcc, make, musl-tools, linux-libc-dev, and a
# `deb-src` line among apt's sources.
set -eu
images=$(cd "$(dirname "$0")/../notebooks/images" && pwd)
commands="cat chmod chown cp head ls mkdir mv rm rmdir sleep touch wc"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get source --tar-only --download-only dash toybox
for archive in *.orig.tar.*; do tar -xf "$archive"; done
mkdir include
ln -s /usr/include/linux /usr/include/asm-generic /usr/include/*-linux-gnu/asm include
compile="-Os -isystem $work/include"

(cd dash-* && CC=musl-gcc CFLAGS=$compile ./configure --enable-static && make LDFLAGS="-static -s")
(
    cd toybox-*
    make allnoconfig
    for name in $commands; do
        option=CONFIG_$(echo "$name" | tr a-z A-Z)
        sed -i "s/# $option is not set/$option=y/" .config
    done
    yes "" | make oldconfig
    CC=musl-gcc CFLAGS=$compile LDFLAGS=--static make toybox
)

# The files are root's, and readable for all; git keeps no other modes.
umask 022
mkdir base
cp "$images/toolbox/Dockerfile" base
cd base
mkdir -p -m 755 root/bin root/tmp root/usr/bin root/usr/sbin root/usr/share/doc/toolbox \
    root/var/cache/apt/archives root/var/lib/apt/lists
chmod 1777 root/tmp
install -m 755 ../dash-*/src/dash root/bin/sh
install -m 755 ../toybox-*/toybox root/bin/toybox
for name in $commands; do ln -s toybox root/bin/"$name"; done
install -m 755 "$images/toolbox/pkg" root/usr/sbin/pkg
install -m 644 ../dash-*/COPYING root/usr/share/doc/toolbox/dash
install -m 644 ../toybox-*/LICENSE root/usr/share/doc/toolbox/toybox
install -m 644 /usr/share/doc/musl/copyright root/usr/share/doc/toolbox/musl

cp -R "$images/shop" ../shop
chmod -R u=rwX,go=rX ../shop
export DOCKER_BUILDKIT=0
docker build --network none -t toolbox .
docker build --network none -t shop:1 ../shop
docker save shop:1 | gzip -9n > "$images/shop.tar.gz"
docker rmi shop:1 toolbox > /dev/null
