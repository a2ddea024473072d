#!/usr/bin/env bash
# Write a backup of the database that DATABASE_URL names: deploy/backup.sh FILE
# It is whole or not there at all; the database works on meanwhile.
set -euo pipefail
file=${1:?Name the file to write.}
umask 077
"${PG_DUMP:-pg_dump}" --format=custom --no-owner --no-privileges --file "$file.part" --dbname "${DATABASE_URL:?}"
mv "$file.part" "$file"
