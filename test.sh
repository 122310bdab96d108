#!/usr/bin/env bash
# Runs every test of sipas. Installs what the tests need where it may (Debian packages as root or through
# `sudo -n`; Node packages from the committed lock file), and says what it could not have.
#
#   ./test.sh                  everything
#   ./test.sh lint browser     only these parts: lint, sqlite, postgres, browser
#
# A part that cannot run here is skipped with the reason. With CI=true it is a failure instead: what was not
# tested must not pass. Exit code 0 only when everything that ran passed.
#
# Settings: CI, CARGO_TARGET_DIR, CHROMIUM (the browser's program), SIPAS_TEST_INSTALL=no (install nothing).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly all_parts=(lint sqlite postgres browser)
readonly target="${CARGO_TARGET_DIR:-target}"
lines=() passed=0 failed=0 skipped=0

usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

# --- What the tests need -------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "${SIPAS_TEST_INSTALL:-yes}" != no ] && has apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_is_fresh=no
# Installs Debian packages; false when it may not or cannot.
debian() {
    may_install || return 1
    echo "installing Debian packages: $*"
    if [ "$apt_is_fresh" = no ]; then
        as_root apt-get update -qq </dev/null || return 1
        apt_is_fresh=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >/dev/null
}

# The folder with initdb, pg_ctl and postgres: on Debian they are not on the PATH.
postgres_programs() {
    local newest
    newest="$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)"
    if [ -n "$newest" ]; then
        dirname "$newest"
    elif has initdb && has pg_ctl; then
        dirname "$(readlink -f "$(command -v initdb)")"
    else
        return 1
    fi
}

browser_program() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && has "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

has_vietnamese_font() { has fc-list && [ -n "$(fc-list 'Noto Sans' file)" ]; }
has_node() { has npm && has node && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; }

node_packages() {
    local folder=tests/browser
    if [ ! -e "$folder/node_modules/.package-lock.json" ] ||
        [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error </dev/null
    fi
}

# Each adds to `missing` what it could not have.
missing=()
lacks() { missing+=("$1"); }
joined() {
    local all
    all="$(printf '%s; ' "${missing[@]}")"
    echo "${all%; }"
}

missing_for_building() {
    has cargo || lacks "Rust (cargo), see rustup.rs"
    has cc || debian gcc libc6-dev || lacks "a C compiler for SQLite (Debian: gcc libc6-dev)"
}
missing_for_lint() {
    cargo fmt --version >/dev/null 2>&1 || lacks "rustfmt (rustup component add rustfmt)"
    cargo clippy --version >/dev/null 2>&1 || lacks "clippy (rustup component add clippy)"
}
missing_for_sqlite() { :; }
missing_for_postgres() {
    postgres_programs >/dev/null || { debian postgresql && postgres_programs >/dev/null; } ||
        lacks "PostgreSQL's server programs (Debian: postgresql)"
    if [ "$(id -u)" = 0 ]; then
        has runuser || lacks "runuser (Debian: util-linux), as PostgreSQL does not run as root"
    fi
}
missing_for_browser() {
    browser_program >/dev/null || { debian chromium ca-certificates && browser_program >/dev/null; } ||
        lacks "Chromium (Debian: chromium; or its program in CHROMIUM)"
    has_vietnamese_font || { debian fontconfig fonts-noto-core && has_vietnamese_font; } ||
        lacks "a font with Vietnamese letters (Debian: fonts-noto-core)"
    if ! has_node && ! { debian nodejs npm && has_node; }; then
        lacks "Node.js 20 or newer with npm"
    elif ! node_packages; then
        lacks "the Node packages of tests/browser/package-lock.json (npm ci failed)"
    fi
}

# --- Running -------------------------------------------------------------------------------------------------

# step NAME COMMAND…: runs, times and notes one step; goes on after a failure, so that one run tells everything.
step() {
    local name=$1 before=$SECONDS code=0
    shift
    printf '\n=== %s\n' "$name"
    # Not in a condition: there bash would ignore `set -e` inside the step.
    set +e
    (set -e && "$@") </dev/null
    code=$?
    set -e
    local took=$((SECONDS - before))
    if [ "$code" = 0 ]; then
        passed=$((passed + 1))
        lines+=("$(printf 'passed  %4ds  %s' "$took" "$name")")
    else
        failed=$((failed + 1))
        lines+=("$(printf 'FAILED  %4ds  %s (exit code %s)' "$took" "$name" "$code")")
    fi
    printf '=== %s: %s\n' "$name" "${lines[-1]}"
    return 0
}

# skip NAME REASON: notes a step that cannot run here; with CI=true that is a failure.
skip() {
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
        lines+=("FAILED      -  $1: cannot run here, and CI must not skip it; missing: $2")
    else
        skipped=$((skipped + 1))
        lines+=("skipped     -  $1; missing: $2")
    fi
    printf '\n=== %s\n' "${lines[-1]}"
}

run_format() { cargo fmt --check; }
run_clippy() { cargo clippy --locked --all-targets -- -D warnings; }
run_docs() { RUSTDOCFLAGS="${RUSTDOCFLAGS:-} -D warnings" cargo doc --locked --no-deps; }
# Licences and sources are also held to deny.toml by the integration tests (tests/integration/dependencies.rs);
# the advisories need cargo-deny and its database.
run_advisories() { cargo deny --all-features check; }
run_sqlite() { env -u TEST_DATABASE_URL cargo test --locked; }
run_browser() {
    cargo build --locked
    CHROMIUM="$(browser_program)" SIPAS_BIN="$PWD_TARGET/debug/sipas" \
        node --test --test-reporter=spec tests/browser/*.test.mjs
}

# A PostgreSQL server of our own: a new cluster in a temporary folder, on a free port of the loopback interface,
# gone when the step ends, however it ends.
run_postgres() {
    local programs folder user=() port password attempt started=no
    programs="$(postgres_programs)"
    folder="$(mktemp -d "${TMPDIR:-/tmp}/sipas-postgres.XXXXXX")"
    if [ "$(id -u)" = 0 ]; then
        local name=nobody
        if id -u postgres >/dev/null 2>&1; then name=postgres; fi
        chown "$name" "$folder"
        user=(runuser -u "$name" --)
    fi
    # shellcheck disable=SC2064 # the folder and the user as they are now
    trap "cd / && ${user[*]} '$programs/pg_ctl' -D '$folder/data' -m immediate -s stop >/dev/null 2>&1
          rm -rf '$folder'" EXIT
    password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    # From here on in its folder: the other user may not be able to read ours.
    (
        cd "$folder"
        echo "$password" >password
        if [ "$(id -u)" = 0 ]; then chown "$name" password; fi
        "${user[@]}" "$programs/initdb" -D data -U sipas --pwfile=password --auth=scram-sha-256 \
            --encoding=UTF8 --locale=C --no-sync >initdb.log 2>&1 || { cat initdb.log && false; }
    )
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        if (cd "$folder" && "${user[@]}" "$programs/pg_ctl" -D data -l "$folder/data/server.log" -w -t 60 -s \
            -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='$folder' -c max_connections=200" \
            start >/dev/null 2>&1); then
            started=yes
            break
        fi
        echo "PostgreSQL did not start on port $port (attempt $attempt)"
    done
    if [ "$started" = no ]; then
        tail -n 20 "$folder/data/server.log" || true
        return 1
    fi
    echo "PostgreSQL $("$programs/postgres" --version | grep -o '[0-9.]*' | head -n 1) on 127.0.0.1:$port"
    TEST_DATABASE_URL="postgres://sipas:$password@127.0.0.1:$port/postgres" \
        cargo test --locked --test integration
}

# --- The parts -----------------------------------------------------------------------------------------------

part_lint() {
    step "format" run_format
    step "clippy" run_clippy
    step "documentation" run_docs
    if cargo deny --version >/dev/null 2>&1; then
        step "advisories, licences, sources" run_advisories
    else
        # Never a failure: building cargo-deny takes longer than all tests together.
        lines+=("skipped     -  advisories; missing: cargo-deny (cargo install cargo-deny --locked)")
        skipped=$((skipped + 1))
    fi
}
part_sqlite() { step "tests on SQLite" run_sqlite; }
part_postgres() { step "integration tests on PostgreSQL" run_postgres; }
part_browser() { step "browser journeys" run_browser; }

main() {
    local parts=("$@") part
    if [ ${#parts[@]} = 0 ]; then parts=("${all_parts[@]}"); fi
    for part in "${parts[@]}"; do
        case " ${all_parts[*]} " in
        *" $part "*) ;;
        *)
            usage >&2
            exit 2
            ;;
        esac
    done

    missing_for_building
    if [ ${#missing[@]} != 0 ]; then
        echo "nothing can be built here; missing: $(joined)" >&2
        exit 3
    fi
    # Where the binary is, also for programs that run in another folder.
    mkdir -p "$target"
    PWD_TARGET="$(cd "$target" && pwd)"

    for part in "${parts[@]}"; do
        missing=()
        "missing_for_$part"
        if [ ${#missing[@]} != 0 ]; then
            skip "$part" "$(joined)"
        else
            "part_$part"
        fi
    done

    printf '\n=== Summary\n'
    printf '%s\n' "${lines[@]}"
    printf 'steps: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ]
}

main "$@"
