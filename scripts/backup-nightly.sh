#!/bin/sh
# A backup, read back, and old ones pruned: for cron or a systemd timer.
#
#     15 3 * * *  KEEP_DAYS=7 KEEP=10 DATABASE_URL=... /srv/herbs/scripts/backup-nightly.sh
#
# It is silent when all is well, so that cron writes only when it is not; the exit code is crosstrack's own. Pruning comes last and only
# after a sound backup: where none can be taken the old ones stay.
set -eu

unset CDPATH
here=$(cd -- "$(dirname -- "$0")" && pwd)

"$here/migrate.sh" backup --quiet >/dev/null
"$here/migrate.sh" backup check --quiet >/dev/null
"$here/migrate.sh" backup prune --quiet --keep-days "${KEEP_DAYS:-7}" --keep "${KEEP:-10}" >/dev/null
