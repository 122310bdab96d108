//! What is linked into the binary, held to `deny.toml` without a network: licences, sources and bans.
//! Advisories need their database: `cargo deny check`.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
    sync::LazyLock,
};

use serde_json::Value;
use spdx::{Expression, ParseMode};

/// A crate of the dependency tree, ours left out.
struct Package {
    name: String,
    licence: String,
    source: String,
}

static DENY: LazyLock<toml::Table> =
    LazyLock::new(|| fs::read_to_string("deny.toml").unwrap().parse().unwrap());

fn cargo(args: &[&str]) -> String {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The tree for this machine; crates for other systems are not on it.
static TREE: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let about = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let told = cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--all-features",
        "--filter-platform",
        host,
    ]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    told["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["name"] != "sipas")
        .map(|package| Package {
            name: text(&package["name"]),
            licence: text(&package["license"]),
            source: text(&package["source"]),
        })
        .collect()
});

fn allowed(section: &str, key: &str) -> BTreeSet<&'static str> {
    strings(&DENY[section][key])
}

fn strings(list: &toml::Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

/// The crates with a licence of their own in `exceptions`, and that licence.
fn exceptions() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let exceptions = DENY["licenses"]["exceptions"].as_array().unwrap();
    exceptions
        .iter()
        .map(|exception| (exception["crate"].as_str().unwrap(), strings(&exception["allow"])))
        .collect()
}

/// The licences of an expression that this test takes: the fewest that satisfy it, or nothing.
fn taken(licence: &str, allowed: &BTreeSet<&str>) -> Option<BTreeSet<String>> {
    // LAX: older crates write `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(licence, ParseMode::LAX).ok()?;
    let mut taken = BTreeSet::new();
    let satisfied = expression.evaluate(|requirement| {
        let name = requirement.to_string();
        let fine = allowed.contains(name.as_str());
        if fine {
            taken.insert(name);
        }
        fine
    });
    satisfied.then_some(taken)
}

#[test]
fn l_12_every_licence_is_on_the_list_and_every_one_on_the_list_is_used() {
    let allowed = allowed("licenses", "allow");
    assert!(TREE.len() > 100, "the tree has {} crates", TREE.len());
    let exceptions = exceptions();
    let mut used = BTreeSet::new();
    let mut refused = Vec::new();
    for package in TREE.iter() {
        let own = exceptions.get(package.name.as_str());
        match taken(&package.licence, own.unwrap_or(&allowed)) {
            // An exception's licence counts for its crate alone.
            Some(_) if own.is_some() => (),
            Some(licences) => used.extend(licences),
            None => refused.push(format!("{}: {:?}", package.name, package.licence)),
        }
    }
    assert!(refused.is_empty(), "licences not in deny.toml: {refused:#?}");
    let unused: Vec<_> = allowed.iter().filter(|licence| !used.contains(**licence)).collect();
    assert!(unused.is_empty(), "deny.toml allows what nothing uses: {unused:?}");
}

#[test]
fn l_12_exceptions_are_for_crates_of_the_tests_alone() {
    let tree =
        cargo(&["tree", "--locked", "--offline", "--edges=normal,build", "--prefix=none", "--format={p}"]);
    let binary: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(binary.contains("axum"), "{tree}");
    for name in exceptions().into_keys() {
        assert!(
            TREE.iter().any(|package| package.name == name),
            "deny.toml excepts {name}, which is not used"
        );
        assert!(!binary.contains(name), "{name} is linked into the binary");
    }
}

#[test]
fn l_12_every_crate_comes_from_the_registry_of_the_list() {
    let registries = allowed("sources", "allow-registry");
    for package in TREE.iter() {
        let registry = package.source.strip_prefix("registry+");
        assert!(
            registry.is_some_and(|address| registries.contains(address)),
            "{} comes from {:?}",
            package.name,
            package.source
        );
    }
}

#[test]
fn l_12_no_banned_crate_is_in_the_tree() {
    for ban in DENY["bans"]["deny"].as_array().unwrap() {
        let name = ban["crate"].as_str().unwrap();
        let Some(wrappers) = ban.get("wrappers").map(strings) else {
            assert!(TREE.iter().all(|package| package.name != name), "{name}: {}", ban["reason"]);
            continue;
        };
        // Let in through these alone.
        let tree = cargo(&[
            "tree",
            "--locked",
            "--offline",
            "--edges=normal,build",
            "--invert",
            name,
            "--depth=1",
            "--prefix=none",
            "--format={p}",
        ]);
        let through: BTreeSet<&str> =
            tree.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
        assert!(!through.is_empty() && through.is_subset(&wrappers), "{name} comes through {through:?}");
    }
}

#[test]
fn licence_expressions_are_judged_as_they_are_written() {
    let allowed = BTreeSet::from(["MIT", "Apache-2.0", "ISC"]);
    for fine in ["MIT", "MIT/GPL-3.0", "GPL-2.0-only OR Apache-2.0", "(MIT OR GPL-3.0) AND ISC"] {
        assert!(taken(fine, &allowed).is_some(), "{fine}");
    }
    for wrong in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND Unicode-3.0", "no licence at all"] {
        assert!(taken(wrong, &allowed).is_none(), "{wrong}");
    }
}
