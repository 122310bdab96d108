//! Random samples and specifications: strata, one or two stages, populations, weights, missing cells, groups.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::statistics::{run::run, spec::Spec, table::Table};

/// A respondent.
#[derive(Debug, Clone)]
pub struct Row {
    pub stratum: usize,
    pub psu: usize,
    pub weight: f64,
    pub group: usize,
    /// 1 to 5, or none.
    pub answers: [Option<u8>; 3],
}

/// How respondents were sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    Elements,
    Clusters,
    /// Clusters, then respondents inside them; both from known populations.
    Two,
}

#[derive(Debug, Clone)]
pub struct Survey {
    pub rows: Vec<Row>,
    pub stages: Stages,
    pub fpc: bool,
    /// What a population has beyond its sample, by stratum; for the second stage too.
    pub beyond: Vec<u64>,
    pub lonely: &'static str,
}

pub const STRATA: usize = 4;

/// Any survey in which every rule gives a variance.
pub fn surveys() -> impl Strategy<Value = Survey> {
    let answer = prop::option::weighted(0.85, 1..=5u8);
    let row = (0..STRATA, 0..5usize, 0.5..40.0f64, 0..3usize, [answer.clone(), answer.clone(), answer])
        .prop_map(|(stratum, psu, weight, group, answers)| Row { stratum, psu, weight, group, answers });
    (
        prop::collection::vec(row, 12..80),
        prop::sample::select(vec![Stages::Elements, Stages::Clusters, Stages::Two]),
        any::<bool>(),
        prop::collection::vec(0..30u64, STRATA),
        prop::sample::select(vec!["adjust", "certainty"]),
    )
        .prop_map(|(rows, stages, fpc, beyond, lonely)| Survey {
            rows,
            stages,
            fpc: fpc || stages == Stages::Two,
            beyond,
            lonely,
        })
}

impl Survey {
    /// Sampled PSUs of each stratum.
    pub fn psus(&self) -> Vec<u64> {
        let mut psus = vec![BTreeSet::new(); STRATA];
        for (number, row) in self.rows.iter().enumerate() {
            let psu = if self.stages == Stages::Elements { number } else { row.psu };
            psus[row.stratum].insert(psu);
        }
        psus.iter().map(|psus| psus.len() as u64).collect()
    }

    /// Sampled rows of each PSU.
    pub fn inside(&self) -> BTreeMap<(usize, usize), u64> {
        let mut inside = BTreeMap::new();
        self.rows.iter().for_each(|row| *inside.entry((row.stratum, row.psu)).or_default() += 1);
        inside
    }

    pub fn csv(&self) -> String {
        let (psus, inside) = (self.psus(), self.inside());
        let mut text = "stratum,psu,M,N,w,group,q1,q2,q3\n".to_owned();
        for Row { stratum, psu, weight, group, answers } in &self.rows {
            let shown = answers.map(|answer| answer.map_or(String::new(), |answer| answer.to_string()));
            let beyond = self.beyond[*stratum];
            let (populated, members) = (psus[*stratum] + beyond, inside[&(*stratum, *psu)] + beyond);
            text +=
                &format!("h{stratum},{psu},{populated},{members},{weight},g{group},{}\n", shown.join(","));
        }
        text
    }

    pub fn design(&self) -> Value {
        let fpc = |column| if self.fpc { json!(column) } else { Value::Null };
        let stages = match self.stages {
            Stages::Elements => json!([{ "fpc": fpc("M") }]),
            Stages::Clusters => json!([{ "id": "psu", "fpc": fpc("M") }]),
            Stages::Two => json!([{ "id": "psu", "fpc": "M" }, { "fpc": "N" }]),
        };
        json!({ "weight": "w", "strata": "stratum", "stages": stages, "lonely_psu": self.lonely })
    }

    /// The results of estimands by key.
    pub fn estimate(&self, calibration: &Value, estimands: &Value) -> Value {
        let spec = json!({
            "schema": "svy-ref/1",
            "data": { "file": "data.csv" },
            "analyses": [{
                "id": "a", "design": self.design(), "calibration": calibration, "estimands": estimands,
            }],
        });
        let spec = Spec::parse(&spec.to_string()).unwrap();
        let table = Table::read(self.csv().as_bytes(), "", |_| true).unwrap();
        serde_json::to_value(run(&spec, &table).unwrap()).unwrap()["results"]["a"].take()
    }

    /// The result of one estimand.
    pub fn one(&self, estimand: Value) -> Value {
        let mut estimand = estimand;
        estimand["key"] = json!("it");
        self.estimate(&Value::Null, &json!([estimand]))["it"].take()
    }
}

/// Every method of intervals of a share.
pub fn intervals() -> Value {
    json!(["t", "logit", "beta", "wilson", "kg"].map(|method| json!({ "method": method, "level": 0.95 })))
}

/// The share of those who answered 4 or 5.
pub fn satisfied(question: &str) -> Value {
    json!({ "col": question, "in": [4, 5] })
}
