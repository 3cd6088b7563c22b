#!/usr/bin/env bash
# Makes the virtual environment DIR with the packages of LOCK, or brings it up to date.
#
#   tools/make_venv.sh DIR LOCK [VERSIONS]
#
# Make and Bazel both call it. VERSIONS are the Pythons that will do, best first; by default those
# that we support. SPADE_PYTHON names the interpreters to try instead of them.
set -euo pipefail

venv=$1
lock=$2
read -ra versions <<<"${3:-3.11 3.12 3.13 3.10}"
names=${SPADE_PYTHON:-${versions[*]/#/python} python3 python}

supported() { # Does the command $1 run a Python that will do?
  "$1" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in sys.argv[1:])' \
    "${versions[@]}" 2>/dev/null
}

find_python() {
  local name
  for name in $names; do
    # Ask the interpreter for its own path: the name may be a version manager's shim.
    if supported "$name"; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "$venv needs Python ${versions[*]/%/,} and none was found (tried: $names);" \
    "install one or set SPADE_PYTHON=/path/to/python" >&2
  return 1
}

python=$venv/bin/python
if ! supported "$python" || ! "$python" -m pip --version >/dev/null 2>&1; then
  base=$(find_python)
  if ! "$base" -m venv --clear "$venv"; then
    echo "$base cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  fi
fi

# uv is faster than pip, but does not read pip's settings (a mirror, a proxy's certificate); where
# it cannot install, pip can. Byte code is compiled now: Bazel's tests see the
# environment read-only and would compile TensorFlow's at every import.
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$python" -m pip install -qq --no-input --only-binary=:all: "$(grep '^uv==' "$lock")"
if ! "$venv/bin/uv" pip install --python "$python" --quiet --compile-bytecode \
  --only-binary=:all: --requirement "$lock"; then
  echo "uv could not install $lock; trying pip" >&2
  "$python" -m pip install -qq --no-input --only-binary=:all: --requirement "$lock"
fi
