#!/bin/sh
# Make notebooks/images/greeter.tar with the Docker engine that `docker` talks to (classic
# builder). Its digests differ each time, since they hold times: made once, and kept.
set -eu
cd "$(dirname "$0")/../notebooks/images"
tag=layerlab/greeter:1

DOCKER_BUILDKIT=0 docker build -q -t greeter:built greeter
# The last layer deletes the token, and starts the documentation anew. The tool for it is
# mounted, so that it isn't in the image.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
cp /bin/busybox "$tools"
docker run --name greeter-cleanup --network none -v "$tools:/mnt:ro" greeter:built \
    /mnt/busybox sh -c 'cd /usr/share/doc; PATH=/mnt; busybox rm /root/token; busybox rm -r greeter;
busybox mkdir greeter; echo "Read the manual on the web." > greeter/README'
docker commit -m "forget the token" -c 'CMD ["/bin/greet"]' greeter-cleanup "$tag" > /dev/null
docker rm greeter-cleanup > /dev/null
docker save -o greeter.tar "$tag"
chmod 644 greeter.tar
docker rmi "$tag" greeter:built > /dev/null
