#!/usr/bin/env bash
# Put a backup in the place of the database that DATABASE_URL names: deploy/restore.sh FILE
# All or nothing. Stop workers and beat first; docs/howto/back-up-and-restore.md tells the steps.
set -euo pipefail
file=${1:?Name the backup to restore.}
"${PG_RESTORE:-pg_restore}" --clean --if-exists --no-owner --no-privileges --single-transaction --exit-on-error \
    --dbname "${DATABASE_URL:?}" "$file"
