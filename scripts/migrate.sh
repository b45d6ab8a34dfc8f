#!/bin/sh
# Runs crosstrack on this repository from any folder: `scripts/migrate.sh up`, `scripts/migrate.sh status --check`.
#
# The installed program when there is one, else `cargo xtask db`, which builds it. Arguments go through as they are, paths
# in them are relative to the repository, and the exit code is crosstrack's own (README.md, "Exit codes"); 127 when there
# is neither the program nor cargo. Without arguments it shows the help and touches nothing.
set -eu

# `cd` prints the folder when CDPATH is set, and a script may be called through a link.
unset CDPATH
script=$0
while [ -L "$script" ]; do
    folder=$(dirname -- "$script")
    script=$(readlink -- "$script")
    case $script in
        /*) ;;
        *) script=$folder/$script ;;
    esac
done
cd -- "$(dirname -- "$script")/.."

if [ "$#" -eq 0 ]; then
    set -- help
fi
if command -v crosstrack >/dev/null 2>&1; then
    exec crosstrack "$@"
fi
if command -v cargo >/dev/null 2>&1; then
    exec cargo xtask db "$@"
fi
echo 'error: there is neither crosstrack nor cargo on PATH' >&2
echo '   next: install Rust, or put the program `crosstrack` on PATH' >&2
exit 127
