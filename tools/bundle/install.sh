#!/bin/sh
# Installs or upgrades Muster from this folder, without a network. See INSTALL.md.
#   sh install.sh --key muster-bundle.pub [--prefix /opt/muster] [--data DIR]
#   sh install.sh --back --yes [--prefix /opt/muster]
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
for python in "$PYTHON" python3.11 python3; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        exec "$python" -B -E -s "$here/install.py" "$@"
    fi
done
echo "Muster needs Python 3.11, which was not found. Install it, or name it: PYTHON=/path/to/python3.11 sh install.sh ..." >&2
exit 1
