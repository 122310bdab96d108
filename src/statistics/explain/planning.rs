//! Sample sizes.

use super::{
    number::fill,
    working::{Heading, Remark, What, Working},
};
use crate::statistics::{
    error::Error,
    sample_size::{self, Asked},
    spec::SampleSize,
    table::Table,
};

/// Every request of the table.
pub(super) fn sample_size(
    w: &mut Working,
    spec: &SampleSize,
    table: &Table,
    path: &str,
) -> Result<(), Error> {
    for (position, request) in sample_size::requests(spec, table, path)?.into_iter().enumerate() {
        let field = |name: &str| format!("rows[{position}].{name}");
        w.heading(Heading::Request { row: position + 1, kind: request.asked.kind().to_owned() });
        let raw = request.raw();
        let population = request.population.map(fill);
        let deff = fill(request.deff);
        let finite = |w: &mut Working, n0: f64, formula: &str, filled: String| {
            w.step(What::InfiniteSize, "n₀", formula, filled, n0);
            let n0 = fill(n0);
            match &population {
                None => w.step(What::Size, "n", "n₀", n0, raw),
                Some(all) if matches!(request.asked, Asked::Mean { .. }) => {
                    w.step(What::Size, "n", "n₀ / (1 + n₀/N)", format!("{n0} / (1 + {n0} / {all})"), raw)
                }
                Some(all) => {
                    let filled = format!("{n0} / (1 + ({n0} − 1) / {all})");
                    w.step(What::Size, "n", "n₀ / (1 + (n₀ − 1)/N)", filled, raw)
                }
            }
            .result(field("n_raw"));
        };
        match request.asked {
            Asked::Share { p, e, level } => {
                let z = two_sided(w, level);
                let n0 = sample_size::for_share(p, e, z, request.deff, None);
                let [p, e, z] = [p, e, z].map(fill);
                let filled = format!("{deff} · {z}^2 · {p} · (1 − {p}) / {e}^2");
                finite(w, n0, "deff·z²·p(1 − p) / e²", filled);
            }
            Asked::Mean { s2, e, level } => {
                let z = two_sided(w, level);
                let n0 = sample_size::for_mean(s2, e, z, request.deff, None);
                let [s2, e, z] = [s2, e, z].map(fill);
                finite(w, n0, "deff·z²·s² / e²", format!("{deff} · {z}^2 · {s2} / {e}^2"));
            }
            Asked::Power { p, p1, level, power } => {
                let z = sample_size::z(level);
                w.step(What::NormalQuantile, "z", "Φ⁻¹(1 − α)", format!("Φ⁻¹({})", fill(level)), z);
                let z_power = sample_size::z(power);
                let filled = format!("Φ⁻¹({})", fill(power));
                w.step(What::PowerQuantile, "z_β", "Φ⁻¹(1 − β)", filled, z_power);
                let n0 = sample_size::for_power(p, p1, z, z_power, request.deff, None);
                let [p, p1, z, z_power] = [p, p1, z, z_power].map(fill);
                let filled = format!(
                    "{deff} · (({z} · √({p} · (1 − {p})) + {z_power} · √({p1} · (1 − {p1}))) / ({p1} − {p}))^2"
                );
                finite(w, n0, "deff·((z√(p(1 − p)) + z_β√(p₁(1 − p₁))) / (p₁ − p))²", filled);
            }
            Asked::Yamane { e } => {
                w.remark(Remark::Yamane);
                let all = population.clone().unwrap_or_default();
                let filled = format!("{all} / (1 + {all} · {}^2)", fill(e));
                w.step(What::Size, "n", "N / (1 + N·e²)", filled, raw).result(field("n_raw"));
            }
        }
        let n = request.n();
        w.step(What::WholeSize, "⌈n⌉", "ceil(n)", format!("ceil({})", fill(raw)), n).result(field("n"));
        let filled = format!("ceil({} / {})", fill(n), fill(request.response_rate));
        let (formula, filled) = match &population {
            None => ("ceil(n / r)", filled),
            Some(all) => ("min(N; ceil(n / r))", format!("min({all}; {filled})")),
        };
        w.step(What::Invited, "n_inv", formula, filled, request.n_invite()).result(field("n_invite"));
    }
    Ok(())
}

fn two_sided(w: &mut Working, level: f64) -> f64 {
    let upper = 1.0 - (1.0 - level) / 2.0;
    let z = sample_size::z(upper);
    w.step(What::NormalQuantile, "z", "Φ⁻¹(1 − α/2)", format!("Φ⁻¹({})", fill(upper)), z);
    z
}
