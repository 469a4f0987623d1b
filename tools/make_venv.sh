#!/bin/sh
# make_venv.sh DIR: a virtual environment with pip, on a machine where nothing is prepared.
#
# Debian and Ubuntu ship Python without ensurepip, so that `python3 -m venv` fails until
# python3-venv is installed. This needs neither that package nor root: where there is no other
# way to come by pip, it takes Debian's own wheel of it out of the package that holds it.
# docs/decisions/ says why. PYTHON=/path/to/python picks the interpreter.
set -eu

dir=${1:?usage: make_venv.sh DIR}

say() { printf '%s\n' "$*" >&2; }

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && recent "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "layerlab needs Python 3.11 or later, and found none." \
        "Install one (sudo apt-get install python3), or name it: make lab PYTHON=/path/to/python3.12"
    return 1
}

# Where Debian keeps pip's wheel, once the package python3-pip-whl is installed.
system_wheel() {
    for wheel in /usr/share/python-wheels/pip-*.whl; do
        [ -e "$wheel" ] && printf '%s' "$wheel" && return
    done
    return 1
}

# The same wheel without installing the package: into the folder $1, with package lists of our
# own, so that no right to the system's is needed.
download_wheel() {
    folder=$1
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    own_apt() {
        apt-get -qq -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" \
            -o Acquire::Languages=none -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@" >&2
    }
    (cd "$folder" && own_apt update && own_apt download python3-pip-whl) || return 1
    dpkg-deb -x "$folder"/python3-pip-whl_*.deb "$folder/root" || return 1
    printf '%s' "$folder"/root/usr/share/python-wheels/pip-*.whl
}

install_pip() {
    if command -v uv >/dev/null && uv pip install -q --python "$dir/bin/python" pip; then
        return
    fi
    if "$python" -m pip --python "$dir/bin/python" install -q pip 2>/dev/null; then
        return
    fi
    scratch=$(mktemp -d)
    wheel=$(system_wheel) || {
        say "Python came without pip: taking it from Debian's package python3-pip-whl"
        wheel=$(download_wheel "$scratch") || wheel=
    }
    if [ -n "$wheel" ] && PYTHONPATH="$wheel" "$dir/bin/python" -m pip install -q --ignore-installed pip; then
        rm -rf "$scratch"
        return
    fi
    rm -rf "$scratch"
    say "Python came without pip, and there is no way to get it from here." \
        "Install it and try again: sudo apt-get install python3-venv"
    return 1
}

python=$(find_python)
trap 'rm -rf "$dir"' EXIT
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$dir"
else
    "$python" -m venv --clear --without-pip "$dir"
    install_pip
fi
trap - EXIT
