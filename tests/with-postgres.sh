#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, whose address is in TEST_DATABASE_URL (TEST_DATABASE_IS_OURS: it
# goes away with all that is on it):
#
#   tests/with-postgres.sh cargo test --test integration
#
# A new cluster in a temporary folder, on a free port of the loopback interface, gone at the end. It writes as
# durably as a real one does: sipas refuses a server with fsync, full_page_writes or synchronous_commit off.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# Debian keeps the server's programs off the PATH; the newest version is taken.
initdb="$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)"
initdb="${initdb:-$(command -v initdb || true)}"
[ -n "$initdb" ] || { echo "no PostgreSQL server programs here (Debian: apt-get install postgresql)" >&2; exit 3; }
programs="$(dirname "$initdb")"

folder="$(mktemp -d "${TMPDIR:-/tmp}/sipas-postgres.XXXXXX")"
password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "$password" >"$folder/password"
as_server=()
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    user=nobody
    if id -u postgres >/dev/null 2>&1; then user=postgres; fi
    chown -R "$user" "$folder"
    as_server=(runuser -u "$user" --)
fi
# In the server's folder: its user may not enter ours.
server() { (cd "$folder" && "${as_server[@]}" "$@"); }
clean_up() {
    server "$programs/pg_ctl" stop -D data -m immediate -s >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

server "$programs/initdb" -D data -U sipas --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --locale=C \
    >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 3; }
for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    settings="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=300"
    if server "$programs/pg_ctl" start -D data -l data/server.log -w -s -o "$settings" >/dev/null 2>&1; then break; fi
    # Most likely the port is taken.
    [ "$attempt" != 5 ] || { tail -n 20 "$folder/data/server.log" >&2; exit 3; }
done
echo "$("$programs/postgres" --version) on 127.0.0.1:$port" >&2

TEST_DATABASE_IS_OURS=yes TEST_DATABASE_URL="postgres://sipas:$password@127.0.0.1:$port/postgres" "$@"
