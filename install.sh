#!/bin/sh
# The one install script: makes .venv with the pinned dependencies. Run it as often as you like; it is quick when nothing changed.
#   sh install.sh         what the service needs (make run)
#   sh install.sh test    and what its tests and linters need (make test, make lint)
#   sh install.sh image   what the service needs, leaving no caches behind (Dockerfile)
set -eu
cd "$(dirname "$0")"

wants=${1:-run}
case $wants in
    run | image) extras='' pip_options='' ;;
    test) extras='[dev]' pip_options='' ;;
    *) echo "usage: sh install.sh [run|test|image]" >&2; exit 2 ;;
esac
[ "$wants" != image ] || pip_options=--no-cache-dir

# Nothing to do? The stamp holds a sum of all that decides what is installed; the tests' stamp covers the service too.
sum=$(cat pyproject.toml constraints.txt install.sh | cksum)
stamped() { [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$sum" ]; }
if .venv/bin/python -c '' 2>/dev/null && { stamped "$wants" || stamped test; }; then exit 0; fi

# apt NAME: install a Debian package if this user may; fails quietly otherwise.
apt() {
    command -v apt-get >/dev/null || return 1
    sudo=''
    if [ "$(id -u)" != 0 ]; then sudo -n true 2>/dev/null || return 1; sudo='sudo -n'; fi
    echo "Installing $1 with apt-get"
    get="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq"
    $get install -y --no-install-recommends "$1" >/dev/null 2>&1 && return
    $get update >/dev/null 2>&1 && $get install -y --no-install-recommends "$1" >/dev/null 2>&1
}

for python in python3.11 python3 python3.12 python3.13 python3.14 none; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
if [ "$python" = none ]; then echo "Python 3.11 or later is needed and was not found." >&2; exit 1; fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    apt "python$version-venv" || { echo "Python's venv module is needed: apt-get install python$version-venv" >&2; exit 1; }
fi
if ! "$python" -c 'import ctypes; ctypes.CDLL("libzbar.so.0")' 2>/dev/null; then
    apt libzbar0 || echo "Without libzbar0 QR codes in pictures cannot be read; all else works: apt-get install libzbar0" >&2
fi

# What only the tests need from the system: a browser. Playwright drives the distribution's own.
if [ "$wants" = test ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    apt chromium || echo "Without Chromium the tests of the pages fail; all others run: apt-get install chromium" >&2
fi

echo "Installing Python packages into .venv"
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
# shellcheck disable=SC2086 # an empty option must vanish
.venv/bin/python -m pip install --quiet --disable-pip-version-check $pip_options --constraint constraints.txt --editable ".$extras"
# The tests' other opinion on COSE, in an environment of its own: nothing of it can reach the service.
if [ "$wants" = test ]; then
    "$python" -m venv .venv/cose
    .venv/cose/bin/python -m pip install --quiet --disable-pip-version-check --constraint tests/cose.txt pycose
fi
[ "$wants" != image ] || rm -rf /var/lib/apt/lists/*
rm -f .venv/.installed-*
echo "$sum" >".venv/.installed-$wants"
