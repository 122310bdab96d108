# Shorthands, none of them needed: every recipe is one command that can be typed. `just` alone lists them.

_default:
    @just --list --unsorted

# Run a demonstration: a questionnaire, staff pages, reports
demo *args:
    cargo run --release -- demo {{args}}

# Run every test, or parts: lint, sqlite, postgres, xlsform, mail, browser
test *parts:
    ./test.sh {{parts}}

# Check format, lints and documentation
lint:
    ./test.sh lint

# Format the code
fmt:
    cargo fmt

# Run the unit and integration tests whose names hold these words, on SQLite
unit *words:
    cargo test --locked {{words}}

# The same for integration tests, on a PostgreSQL of their own
postgres *words:
    tests/with-postgres.sh cargo test --locked --test integration {{words}}

# Run the browser journeys and keep pictures of every page in DIR
pictures dir:
    mkdir -p {{dir}}
    SIPAS_SCREENSHOTS="$(realpath {{dir}})" ./test.sh browser

# Measure what is promised of speed
bench *args:
    cargo bench --locked {{args}}

# Simulate how often the intervals hold the truth; writes docs/coverage.md
coverage-study:
    cargo run --release --locked --example coverage_study

# Change the statistics engine in one place after the other and ask whether its tests notice, such as --shard 0/10
mutants *args:
    tests/mutants.sh {{args}}

# Check the questionnaires
check *paths:
    cargo run --locked -- definition check {{paths}}

# Check dependencies for known holes, licences and sources (needs cargo-deny and a network)
deny:
    cargo deny check

# Read the code's documentation
doc:
    cargo doc --no-deps --document-private-items --open
