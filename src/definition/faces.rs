//! Which options of a scale are shown with a face, and which face.

use super::model::{Audience, Pictogram, Scale, ScaleOption};

/// Fewest and most steps of a scale that faces can tell apart.
const STEPS: std::ops::RangeInclusive<usize> = 2..=5;
/// Fewest steps of a scale that has faces without having asked for them.
const STEPS_UNASKED: usize = 3;

/// The face of each option, from 1 (worst) to 5 (best). A scale says so itself (`pictogram`); else one of citizens gets
/// faces whose steps have scores and some of whose count as satisfied. Officials get none: they read.
pub fn of(scale: &Scale, audience: Audience) -> Vec<Option<u8>> {
    let none = || vec![None; scale.options.len()];
    let Some(ranks) = ranks(&scale.options) else { return none() };
    let steps = ranks.iter().flatten().count();
    let wanted = match scale.pictogram {
        Some(Pictogram::Faces) => true,
        Some(Pictogram::None) => false,
        None => {
            audience == Audience::Citizens
                && steps >= STEPS_UNASKED
                && scale.options.iter().any(|option| option.satisfied)
        }
    };
    if !wanted {
        return none();
    }
    // The ends are the outermost faces; with three steps the middle one is the middle face.
    let face = |rank: usize| u8::try_from(1 + (rank * 4 + (steps - 1) / 2) / (steps - 1)).ok();
    ranks.into_iter().map(|rank| rank.and_then(face)).collect()
}

/// The place of each option that counts among them by its score, from 0; absent where scores do not order them.
pub fn ranks(options: &[ScaleOption]) -> Option<Vec<Option<usize>>> {
    let scores: Vec<f64> =
        options.iter().filter(|option| !option.missing).map(|option| option.score).collect::<Option<_>>()?;
    let below = |score: f64| scores.iter().filter(|other| **other < score).count();
    let mut places: Vec<usize> = scores.iter().map(|score| below(*score)).collect();
    places.sort_unstable();
    places.dedup();
    if places.len() < scores.len() || !STEPS.contains(&scores.len()) {
        return None;
    }
    Some(options.iter().map(|option| option.score.filter(|_| !option.missing).map(below)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(scores: &[f64], pictogram: Option<Pictogram>) -> Scale {
        let option = |(at, score): (usize, &f64)| ScaleOption {
            code: at.to_string(),
            label: super::super::model::Text::new(),
            satisfied: *score > 0.7,
            score: Some(*score),
            missing: false,
        };
        let mut options: Vec<ScaleOption> = scores.iter().enumerate().map(option).collect();
        options.push(ScaleOption { score: None, missing: true, ..options[0].clone() });
        Scale { options, pictogram }
    }

    fn faces(scores: &[f64], pictogram: Option<Pictogram>, audience: Audience) -> Vec<u8> {
        of(&scale(scores, pictogram), audience).into_iter().flatten().collect()
    }

    #[test]
    fn the_worst_and_the_best_step_have_the_outermost_faces_in_whatever_order_they_stand() {
        let citizens = |scores: &[f64]| faces(scores, None, Audience::Citizens);
        assert_eq!(citizens(&[0.2, 0.4, 0.6, 0.8, 1.0]), [1, 2, 3, 4, 5]);
        assert_eq!(citizens(&[1.0, 0.8, 0.6, 0.4, 0.2]), [5, 4, 3, 2, 1]);
        assert_eq!(citizens(&[0.0, 0.3, 0.7, 1.0]), [1, 2, 4, 5]);
        assert_eq!(citizens(&[0.0, 0.5, 1.0]), [1, 3, 5]);
        assert_eq!(citizens(&[0.0, 1.0]), [0; 0], "two steps only where the scale asks for them");
        assert_eq!(faces(&[0.0, 1.0], Some(Pictogram::Faces), Audience::Officials), [1, 5]);
    }

    #[test]
    fn faces_stand_only_where_scores_order_the_steps_and_nobody_forbids_them() {
        let five = [0.2, 0.4, 0.6, 0.8, 1.0];
        assert_eq!(faces(&five, Some(Pictogram::None), Audience::Citizens), [0; 0]);
        assert_eq!(faces(&five, None, Audience::Officials), [0; 0]);
        assert_eq!(faces(&[0.2, 0.2, 1.0], None, Audience::Citizens), [0; 0]);
        assert_eq!(
            faces(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.8], Some(Pictogram::Faces), Audience::Citizens),
            [0; 0]
        );
        let mut unscored = scale(&five, Some(Pictogram::Faces));
        unscored.options[1].score = None;
        assert_eq!(of(&unscored, Audience::Citizens).into_iter().flatten().count(), 0);
    }
}
