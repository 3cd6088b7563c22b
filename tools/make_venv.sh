#!/usr/bin/env bash
# Makes the virtual environment DIR with the packages of LOCK, or brings it up to date.
#
#   tools/make_venv.sh DIR LOCK
#
# Make and Bazel both call it. SPADE_PYTHON names the interpreter to use; otherwise the first
# Python of 3.11, 3.12, 3.13 and 3.10 that is found.
set -euo pipefail

venv=$1
lock=$2

supported() { # Does the command $1 run a Python that we support?
  "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
  local name
  for name in ${SPADE_PYTHON:-python3.11 python3.12 python3.13 python3.10 python3 python}; do
    # Ask the interpreter for its own path: the name may be a version manager's shim.
    if supported "$name"; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "no Python 3.10 to 3.13 found (tried: ${SPADE_PYTHON:-python3.10 to 3.13, python3, python});" \
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
