#!/bin/sh
# Set up the virtual environment from the lock: `sh tools/setup.sh PYTHON VENV`. With uv when it is there, else with pip.
set -eu
python=$1 venv=$2

stop() {
  echo "$1" >&2
  exit 2
}

command -v "$python" >/dev/null 2>&1 ||
  stop "cxlab needs Python 3.11 or newer, and there is no '$python' here; name one with: make PYTHON=/path/to/python3.11"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "cxlab needs Python 3.11 or newer, and '$python' is $("$python" -c 'import platform; print(platform.python_version())'); name a newer one with: make PYTHON=/path/to/python3.11"

echo "Setting up $venv: a minute or two, once"
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --clear --python "$python" "$venv"
  install="uv pip install --quiet --python $venv/bin/python"
else
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then # Debian and Ubuntu keep it in a package of its own
    minor=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      echo "Python's venv module is missing: installing $minor-venv with apt-get"
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$minor-venv"; } >/dev/null 2>&1 || true
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
      stop "Python's venv module is missing; install it with: sudo apt-get install $minor-venv"
  fi
  "$python" -m venv --clear "$venv"
  install="$venv/bin/python -m pip install --quiet --disable-pip-version-check"
fi
$install --require-hashes --no-deps -r requirements.lock
# By a path, not by an import hook: else a folder named cxlab, where somebody works, would be taken for the package.
$install --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
