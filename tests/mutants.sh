#!/usr/bin/env bash
# Mutation testing of the statistics engine: changes it in one place after the other and asks whether its tests notice.
#
#   tests/mutants.sh --shard 0/10     a tenth of the mutants
#   tests/mutants.sh --list           what they are
#   tests/mutants.sh                  all of them, some hours
#
# Takes what `cargo mutants` takes (cargo install cargo-mutants --locked). What survived is in
# target/mutants/mutants.out/missed.txt. The engine needs nothing else of sipas, so it is copied to a crate of its own,
# which builds in seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

crate="${CARGO_TARGET_DIR:-target}/mutants"
mkdir -p "$crate/src" "$crate/tests"
crate="$(realpath "$crate")"
rm -rf "$crate/src/statistics" "$crate"/tests/statistics-*
cp -r src/statistics "$crate/src/"
cp -r tests/statistics-* "$crate/tests/"
cp Cargo.lock "$crate/"
printf '//! The statistics engine alone.\n\npub mod statistics;\n' >"$crate/src/lib.rs"
{
    printf '[package]\nname = "sipas-statistics"\n'
    grep -E '^(version|edition|rust-version) = ' Cargo.toml
    printf '\n[workspace]\n\n[dependencies]\n'
    # Those of sipas that the engine names, at the same versions.
    sed -n '/^\[dependencies\]/,/^\[/p' Cargo.toml | while IFS= read -r line; do
        name="$(printf '%s' "${line%% *}" | tr - _)"
        if [[ $line == *' = '* ]] && grep -rqE "\b$name::" src/statistics; then printf '%s\n' "$line"; fi
    done
    printf '\n[dev-dependencies]\n'
    grep -E '^proptest = ' Cargo.toml
    printf '\n[profile.dev]\ndebug = false\n\n[profile.dev.package."*"]\nopt-level = 2\n'
} >"$crate/Cargo.toml"

# Most mutants fall at once: everything with a few examples a property first, and again with more if all passed. A
# property that fails need not look for its smallest example.
cat >"$crate/run-tests.sh" <<'SCRIPT'
#!/bin/sh
PROPTEST_CASES=4 "$@" --skip strata_of_many && PROPTEST_CASES=64 "$@"
SCRIPT
chmod +x "$crate/run-tests.sh"
host="$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')"
export "CARGO_TARGET_${host}_RUNNER=$crate/run-tests.sh"
export PROPTEST_MAX_SHRINK_ITERS=0 PROPTEST_DISABLE_FAILURE_PERSISTENCE=true

exec env -u CARGO_TARGET_DIR cargo mutants --in-place --dir "$crate" --output "$crate" --cargo-arg=--lib "$@"
