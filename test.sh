#!/usr/bin/env bash
# Runs every test of sipas: format, lints, documentation, tests on SQLite and on PostgreSQL, browser journeys.
#
#   ./test.sh                  everything
#   ./test.sh lint browser     only these parts: lint, sqlite, postgres, browser, xlsform, mail
#   ./test.sh api              by hand: schemathesis asks the API, with a token too, what its description does not say
#   ./test.sh microdata        by hand: exported answers in R, pyreadstat and openpyxl (a minute or two)
#   ./test.sh attack           by hand: linear programs on all that four campaigns and their periods show (minutes)
#
# Installs what is missing where it may: Debian packages as root or through `sudo -n`, Node packages from the
# committed lock file, pyxform and aiosmtpd from PyPI (SIPAS_TEST_INSTALL=no: nothing). A part that cannot run here is skipped, with the reason; with
# CI=true it fails. The exit code is 0 only if everything that ran passed. CHROMIUM names another browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Tests make hundreds of small databases, and each waits for its disk at every commit, as it should. A disk in memory answers
# at once: there they take a quarter of the time. TMPDIR names another place.
roomy() { [ -w "$1" ] && [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -gt $((4 * 1024 * 1024)) ]; }
if [ -z "${TMPDIR:-}" ] && roomy /dev/shm; then export TMPDIR=/dev/shm; fi

# Most of them wait for a server or a database most of the time.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) * 2))}"

summary=() passed=0 failed=0 skipped=0

# --- What is needed ------------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# debian PACKAGE…: installs Debian packages; false where it may not or cannot.
debian() {
    [ "${SIPAS_TEST_INSTALL:-yes}" != no ] && has apt-get && as_root true 2>/dev/null || return 1
    echo "installing Debian packages: $*"
    as_root apt-get update -qq </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
            </dev/null >/dev/null
}

# need CHECK REASON PACKAGE…: makes CHECK true by installing the packages, or notes the reason in `missing`.
missing=""
need() {
    local check=$1 reason=$2
    shift 2
    "$check" || { [ $# != 0 ] && debian "$@" && "$check"; } || missing+="${missing:+; }$reason"
}

has_cargo() { has cargo; }
has_c() { has cc; }
has_rustfmt() { cargo fmt --version >/dev/null 2>&1; }
has_clippy() { cargo clippy --version >/dev/null 2>&1; }
has_postgres() { has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_runuser() { [ "$(id -u)" != 0 ] || has runuser; }
has_browser() { browser_program >/dev/null; }
has_poppler() { has pdftoppm && has pdffonts && has pdftotext; }
has_zbar() { has zbarimg; }
has_font() { has fc-list && [ -n "$(fc-list 'Noto Sans' file)" ]; }
has_node() { has npm && has node && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; }

has_pyxform() { "$pyxform/bin/python" -c "import pyxform" >/dev/null 2>&1; }

has_mail() { "$mail/bin/python" -c "import aiosmtpd, dkim, trustme" >/dev/null 2>&1; }

# venv FOLDER REQUIREMENTS: an environment of its own, with the versions that the file names.
venv() {
    [ "${SIPAS_TEST_INSTALL:-yes}" != no ] || return 1
    python3 -m venv "$1" >/dev/null 2>&1 || { debian python3 python3-venv && python3 -m venv "$1"; } || return 1
    "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2"
}
pyxform="${CARGO_TARGET_DIR:-target}/pyxform"
install_pyxform() { has_pyxform || { venv "$pyxform" tests/xlsform/requirements.txt && has_pyxform; }; }
mail="${CARGO_TARGET_DIR:-target}/mail"
install_mail() { has_mail || { venv "$mail" tests/mail/requirements.txt && has_mail; }; }

microdata="${CARGO_TARGET_DIR:-target}/microdata"
has_readers_of_microdata() { "$microdata/bin/python" -c "import pyreadstat, openpyxl" >/dev/null 2>&1; }
install_microdata() {
    has_readers_of_microdata || { venv "$microdata" tests/microdata/requirements.txt && has_readers_of_microdata; }
}
api="${CARGO_TARGET_DIR:-target}/api"
has_schemathesis() { "$api/bin/schemathesis" --version >/dev/null 2>&1; }
install_api() { has_schemathesis || { venv "$api" tests/api/requirements.txt && has_schemathesis; }; }
attack="${CARGO_TARGET_DIR:-target}/attack"
has_scipy() { "$attack/bin/python" -c "import numpy, requests, scipy" >/dev/null 2>&1; }
install_scipy() { has_scipy || { venv "$attack" tests/attack/requirements.txt && has_scipy; }; }
has_survey() { has Rscript && Rscript -e 'library(survey); library(jsonlite); library(MASS)' >/dev/null 2>&1; }

browser_program() { command -v "${CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome; }

need_lint() {
    need has_rustfmt "rustfmt (rustup component add rustfmt)"
    need has_clippy "clippy (rustup component add clippy)"
}
# What reads prints back. Without it only those tests are left out, and only where CI does not ask for them.
need_readers() {
    local before=$missing
    need has_poppler "pdftoppm and its like, for tests of prints (Debian: poppler-utils)" poppler-utils
    need has_zbar "zbarimg, for tests of prints (Debian: zbar-tools)" zbar-tools
    if [ "${CI:-}" != true ] && [ "$missing" != "$before" ]; then
        echo "tests of prints are left out; missing: ${missing#"$before"}"
        missing=$before
    fi
}
need_sqlite() { need_readers; }
need_postgres() {
    need has_postgres "PostgreSQL's server programs (Debian: postgresql)" postgresql
    need_readers
    need has_runuser "runuser, as PostgreSQL does not run as root (Debian: util-linux)" util-linux
}
need_browser() {
    need has_browser "Chromium (Debian: chromium; or its program in CHROMIUM)" chromium
    need has_font "a font with Vietnamese letters (Debian: fontconfig fonts-noto-core)" fontconfig fonts-noto-core
    need has_node "Node.js 20 or newer with npm" nodejs npm
}
need_xlsform() { need install_pyxform "pyxform (Python 3 with venv, and PyPI)"; }
need_mail() { need install_mail "aiosmtpd (Python 3 with venv, and PyPI)"; }
need_api() { need install_api "schemathesis (Python 3 with venv, and PyPI)"; }
need_attack() { need install_scipy "scipy and requests (Python 3 with venv, and PyPI)"; }
need_microdata() {
    need has_survey "R with survey, jsonlite and MASS" r-base-core r-cran-survey r-cran-jsonlite r-cran-mass
    need install_microdata "pyreadstat and openpyxl (Python 3 with venv, and PyPI)"
}

# --- The parts -----------------------------------------------------------------------------------------------

part_lint() {
    step "format" cargo fmt --check
    step "clippy" cargo clippy --locked --all-targets -- -D warnings
    step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
}
part_sqlite() { step "tests on SQLite" env -u TEST_DATABASE_URL cargo test --locked; }
part_postgres() {
    step "integration tests on PostgreSQL" tests/with-postgres.sh cargo test --locked --test integration
}
part_xlsform() {
    step "XLSForm with pyxform" cargo test --locked --test integration xlsform:: -- --include-ignored
}
part_mail() {
    step "mail with aiosmtpd" cargo test --locked --test integration mail:: -- --ignored
}
part_api() {
    step "the API with schemathesis" env SCHEMATHESIS="$(realpath "$api")/bin/schemathesis" \
        cargo test --locked --test integration api::schemathesis -- --ignored
}
part_microdata() {
    step "microdata in R and other programs" env MICRODATA_PYTHON="$(realpath "$microdata")/bin/python" \
        cargo test --locked --test integration microdata:: -- --include-ignored
}
part_attack() {
    step "the attack finds what is given away" attacked --self-test
    step "attack with linear programs" attacked --provinces 3
}
part_browser() { step "browser journeys" journeys; }

attacked() {
    cargo test --locked --no-run --test integration
    "$attack/bin/python" tests/attack/attack.py "$(realpath "${CARGO_TARGET_DIR:-target}")/debug/sipas" "$@"
}

# With the binary that the integration tests build, so that nothing is built twice.
journeys() {
    cargo test --locked --no-run --test integration
    local target="${CARGO_TARGET_DIR:-target}"
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error
    CHROMIUM="$(browser_program)" SIPAS_BIN="$(realpath "$target")/debug/sipas" \
        node --test --test-reporter=spec tests/browser/*.test.mjs
}

# --- Running -------------------------------------------------------------------------------------------------

# step NAME COMMAND…: runs and notes one step, and goes on after a failure, so that one run tells everything.
step() {
    local name=$1 before=$SECONDS code
    shift
    printf '\n=== %s\n' "$name"
    # Not in a condition: there bash would ignore `set -e` inside the step.
    set +e
    (set -e && "$@") </dev/null
    code=$?
    set -e
    if [ "$code" = 0 ]; then
        passed=$((passed + 1))
        summary+=("passed   $name, $((SECONDS - before)) s")
    else
        failed=$((failed + 1))
        summary+=("FAILED   $name, exit code $code")
    fi
}

# skip PART REASON
skip() {
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
        summary+=("FAILED   $1 cannot run here, which CI does not forgive; missing: $2")
    else
        skipped=$((skipped + 1))
        summary+=("skipped  $1; missing: $2")
    fi
}

parts=("$@")
if [ $# = 0 ]; then parts=(lint sqlite postgres xlsform mail browser); fi
for part in "${parts[@]}"; do
    if ! [[ $part =~ ^(lint|sqlite|postgres|xlsform|mail|browser|api|microdata|attack)$ ]]; then
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
        exit 2
    fi
done

need has_cargo "Rust (cargo), see rustup.rs"
need has_c "a C compiler for SQLite (Debian: gcc libc6-dev)" gcc libc6-dev
if [ -n "$missing" ]; then
    echo "nothing can be built here; missing: $missing" >&2
    exit 3
fi

for part in "${parts[@]}"; do
    missing=""
    "need_$part"
    if [ -z "$missing" ]; then "part_$part"; else skip "$part" "$missing"; fi
done

printf '\n=== Summary\n'
printf '%s\n' "${summary[@]}"
echo "not checked here: advisories (cargo deny check, see CONTRIBUTING.md)"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
