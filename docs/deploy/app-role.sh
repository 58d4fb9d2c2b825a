#!/bin/sh
# The role the product runs with; the image runs this once, when it makes the database.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set password="$APP_PASSWORD" <<'SQL'
CREATE ROLE zone_app LOGIN PASSWORD :'password';
SQL
