//! Invented answers that look like people's: for demonstrations, load tests and trying out a questionnaire.
//!
//! A respondent has a mood, a unit has a quality; their sum, with a little noise for each item, is cut into the scale's
//! options. Items of one sheet therefore go together and units differ, as in real campaigns. The same generator gives
//! the same answers.

use rand::{Rng, RngExt as _};

use super::{
    Questionnaire,
    answers::{Answer, Answers},
    form::Question,
};
use crate::definition::model::Kind;

/// Share of people who answer "don't know" where they may.
const UNSURE: f64 = 0.02;
/// Share of people who leave an optional question blank.
const BLANK: f64 = 0.15;
/// Share of people who write something.
const WRITE: f64 = 0.04;
/// What they write; marked, so that nobody takes it for real.
const REMARKS: [&str; 5] = [
    "[Số liệu mô phỏng] Cán bộ nhiệt tình, hướng dẫn rõ ràng.",
    "[Số liệu mô phỏng] Cần thêm ghế ngồi chờ.",
    "[Số liệu mô phỏng] Trả kết quả đúng hẹn.",
    "[Số liệu mô phỏng] Mong có thêm quầy vào buổi sáng.",
    "[Số liệu mô phỏng] Nên công khai lệ phí dễ thấy hơn.",
];

/// How good a unit is, in standard deviations of people's moods; about 1 to 3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality(pub f64);

impl Quality {
    /// A quality drawn for a unit.
    pub fn draw(rng: &mut impl Rng) -> Self {
        Self(1.85 + 0.45 * bell(rng))
    }
}

/// The answers of one person served by a unit of this quality.
pub fn answer(questionnaire: &Questionnaire, quality: Quality, rng: &mut impl Rng) -> Answers {
    let mood = quality.0 + bell(rng);
    Answers::from_values(questionnaire, |_, question| one(question, mood, rng))
}

fn one(question: &Question, mood: f64, rng: &mut impl Rng) -> Option<Answer> {
    if !question.required && rng.random::<f64>() < BLANK {
        return None;
    }
    match question.kind {
        Kind::Single => Some(Answer::Single(choose(question, mood, rng))),
        Kind::Multiple => {
            let chosen: Vec<usize> =
                (0..question.options.len()).filter(|_| rng.random::<f64>() < 0.35).collect();
            if chosen.is_empty() {
                question.required.then_some(Answer::Multiple(vec![0]))
            } else {
                Some(Answer::Multiple(chosen))
            }
        }
        Kind::Number => {
            let (least, most) = question.range;
            let steps = rng.random_range(0..4_i32);
            Some(Answer::Number(least.max(0).saturating_add(steps).clamp(least, most)))
        }
        Kind::Text => (question.required || rng.random::<f64>() < WRITE).then(|| {
            let remark = REMARKS[rng.random_range(0..REMARKS.len())];
            Answer::Text(remark.chars().take(question.max_length).collect())
        }),
    }
}

/// An option: on a scale with scores by mood, elsewhere the first ones more often.
fn choose(question: &Question, mood: f64, rng: &mut impl Rng) -> usize {
    let unsure = question.options.iter().position(|option| option.missing);
    if let Some(unsure) = unsure
        && rng.random::<f64>() < UNSURE
    {
        return unsure;
    }
    let mut scale: Vec<(f64, usize)> = question
        .options
        .iter()
        .enumerate()
        .filter_map(|(at, option)| Some((option.score.filter(|_| !option.missing)?, at)))
        .collect();
    if scale.len() > 1 {
        scale.sort_by(|a, b| a.0.total_cmp(&b.0));
        let felt = mood + ease(&question.id) + 0.6 * bell(rng);
        // Four fifths of the way from very bad to very good lie between -2 and 2.
        let last = scale.len() - 1;
        let step = ((felt + 2.0) / 4.0 * scale.len() as f64).floor().clamp(0.0, last as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the scale")]
        return scale[step as usize].1;
    }
    let open: Vec<usize> =
        question.options.iter().enumerate().filter(|(_, option)| !option.missing).map(|(at, _)| at).collect();
    let toss = rng.random::<f64>();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the length")]
    let at = (toss * toss * open.len() as f64) as usize;
    open.get(at).or(open.last()).copied().unwrap_or(0)
}

/// Some things please people more than others: −0.4 to 0.4, always the same for the same question.
fn ease(id: &str) -> f64 {
    let sum: u32 = id.bytes().map(u32::from).sum();
    (f64::from(sum % 9) - 4.0) / 10.0
}

/// About a standard normal: the sum of twelve uniforms, never beyond six.
fn bell(rng: &mut impl Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::{super::testing::small_form, *};

    #[test]
    fn every_invented_sheet_obeys_the_questionnaire() {
        let form = small_form("full");
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..500 {
            let answers = answer(&form, Quality::draw(&mut rng), &mut rng);
            let row = answers.pack(&form);
            assert_eq!(Answers::unpack(&form, &row).unwrap().pack(&form), row);
            for (at, question) in form.questions.iter().enumerate() {
                assert!(
                    !question.required || !answers.asked(at) || answers.get(at).is_some(),
                    "{}",
                    question.id
                );
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_answers_and_better_units_better_ones() {
        let form = small_form("full");
        let satisfied = |quality: f64, seed: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            (0..400)
                .filter(|_| {
                    let answers = answer(&form, Quality(quality), &mut rng);
                    let at = form.position("access.seats").unwrap();
                    matches!(answers.get(at), Some(Answer::Single(n)) if form.questions[at].options[*n].satisfied)
                })
                .count()
        };
        assert_eq!(satisfied(1.0, 7), satisfied(1.0, 7));
        assert!(satisfied(2.0, 7) > satisfied(-1.0, 7) + 100);
    }
}
