#!/bin/sh
# sh install.sh [DIR]: installs jmedlora from the bundle around this file into DIR (~/jmedlora),
# without a network. PYTHON=python3.11 names another Python. Started again, it goes on.
set -eu
python=${PYTHON:-python3}
target=${1:-$HOME/jmedlora}
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$(dirname "$0")"

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

[ -f SHA256SUMS ] || fail "there is no SHA256SUMS: the bundle is not complete; copy it again"
echo "checking the files against SHA256SUMS"
damaged=$(sha256sum --check --strict --quiet SHA256SUMS 2> /dev/null) ||
    fail "$(echo "${damaged:-SHA256SUMS: cannot be read}" | head -n 1); nothing was installed, copy the bundle again"
extra=$(find wheels recipes docs pages exams ! -type d 2> /dev/null | grep -vxF "$(cut -c 67- SHA256SUMS)" | head -n 1) || true
[ -z "$extra" ] || fail "$extra: stands not in SHA256SUMS; nothing was installed, copy the bundle again"
sha256sum SHA256SUMS

built=$(cat built-for)
found=$("$python" -c 'import platform as p
print(*p.python_version().split(".")[:2], sep=".", end=" "); print(p.system(), p.machine())') ||
    fail "$python does not run; name one as in PYTHON=python3.11 sh install.sh"
[ "$found" = "$built" ] ||
    fail "the wheels are for Python $built, $python is $found; name another as in PYTHON=python3.11 sh install.sh"

# a venv that was cut off, or made where ensurepip is missing, has a Python but no pip
"$target/bin/python" -m pip --version > /dev/null 2>&1 || "$python" -m venv --clear "$target" ||
    fail "$python cannot make an environment; install its venv package (python3-venv)"
echo "installing into $target"
"$target/bin/python" -m pip --isolated install --quiet --disable-pip-version-check --no-index \
    --find-links wheels --require-hashes --requirement requirements.txt
cp -R recipes docs pages/* "$target/"
[ ! -d exams ] || cp -R exams "$target/"
cat << END
done. Before use, in every shell:

  . $target/bin/activate
  export DO_NOT_TRACK=1 HF_HUB_OFFLINE=1$([ ! -d exams ] || echo " JMED_DATA=$target/exams")
END
