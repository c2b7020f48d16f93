#!/bin/sh
# Set up the virtual environment from the lock: `sh tools/setup.sh PYTHON VENV`.
set -eu
python=$1 venv=$2
command -v "$python" >/dev/null 2>&1 || { echo "cxlab needs Python 3.11 or newer, and there is no '$python' here; name one with: make PYTHON=/path/to/python3.11" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "cxlab needs Python 3.11 or newer, and '$python' is $("$python" -c 'import platform; print(platform.python_version())'); name a newer one with: make PYTHON=/path/to/python3.11" >&2
  exit 2
}
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --clear --python "$python" "$venv"
  uv pip install --quiet --python "$venv/bin/python" --require-hashes --no-deps -r requirements.lock
  uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
  "$python" -m venv --clear "$venv" || { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
