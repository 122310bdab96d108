use proptest::prelude::*;

use super::*;

const K: u64 = 10;
const DAY: i64 = 86_400_000;

/// Noon of a day in the province.
fn noon(day: i32) -> i64 {
    i64::from(day) * DAY + 5 * 3_600_000
}

fn cells(counts: &[u64]) -> Vec<Cell> {
    (100..).zip(counts).map(|(day, answers)| Cell { place: 1, day, answers: *answers }).collect()
}

fn window(first: i32, last: i32, since: i64) -> Window {
    Window { place: Some(1), first, last, since, until: None }
}

/// How many answers are shown on each day from the second one on.
fn by_day(cells: &[Cell], days: std::ops::Range<i32>, closes: i64) -> Vec<u64> {
    let course = Course::new(cells, &[], K);
    days.map(|day| course.answers(course.shown(noon(day), closes))).collect()
}

#[test]
fn d_05_an_open_campaign_s_figures_move_by_nothing_or_by_k_answers_and_hold_k_back() {
    let cells = cells(&[4, 4, 4, 30, 3, 0, 6, 20, 1]);
    let closes = noon(109);
    // 12 answers after three days are shown once 10 more lie behind them; the 30 of the fourth day then wait for the next 10.
    assert_eq!(by_day(&cells, 101..110, closes), [0, 0, 0, 12, 12, 12, 12, 51, 72]);
}

#[test]
fn d_05_what_is_shown_never_goes_back_and_ends_with_everything() {
    let cells = cells(&[9, 9, 2, 1, 14, 3, 3, 3, 40]);
    let shown = by_day(&cells, 101..111, noon(109));
    assert!(shown.is_sorted(), "{shown:?}");
    assert_eq!(shown.last(), Some(&84));
}

#[test]
fn a_unit_with_few_answers_is_not_in_the_figures_before_the_end() {
    let cells = cells(&[5, 5, 4]);
    assert_eq!(by_day(&cells, 101..105, noon(104)), [0, 0, 0, 14]);
}

#[test]
fn j_06_too_few_answers_are_not_set_aside_and_too_few_are_not_left() {
    let cells = cells(&[4, 25, 9]);
    let now = noon(200);
    let turn = |first, last| {
        let windows = [window(first, last, i64::MAX)];
        Course::new(&cells, &windows, K).turn(0, now, noon(150), false)
    };
    assert_eq!(turn(100, 100), Err(Objection::Few { answers: 4 }));
    assert_eq!(turn(99, 99), Err(Objection::Few { answers: 0 }));
    assert_eq!(turn(100, 101), Err(Objection::Left { answers: 9 }));
    assert_eq!(turn(101, 101), Ok(()));
    assert_eq!(turn(100, 102), Ok(()), "a unit without any answer tells of nobody");
}

#[test]
fn j_06_nothing_is_set_aside_that_would_be_the_difference_to_figures_already_shown() {
    // Shown on day 103: the first two days (20 answers).
    let cells = cells(&[12, 8, 15, 30, 30]);
    let turn = |first, last, day| {
        let windows = [window(first, last, i64::MAX)];
        Course::new(&cells, &windows, K).turn(0, noon(day), noon(150), true)
    };
    assert_eq!(
        Course::new(&cells, &[], K).answers(Course::new(&cells, &[], K).shown(noon(103), noon(150))),
        20
    );
    assert_eq!(turn(101, 102, 103), Err(Objection::Difference), "8 of those shown would go");
    assert_eq!(turn(102, 102, 103), Err(Objection::Difference), "what comes last could then be few");
    assert_eq!(turn(102, 102, 104), Ok(()));
    assert_eq!(turn(100, 101, 104), Ok(()));
}

#[test]
fn windows_overlap_where_an_answer_could_be_in_both() {
    let one = window(100, 104, 0);
    assert!(one.overlaps(&window(104, 110, 0)) && !one.overlaps(&window(105, 110, 0)));
    assert!(one.overlaps(&Window { place: None, ..one }) && !one.overlaps(&Window { place: Some(2), ..one }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is decided, as far as it is allowed: no two states that were shown differ by a few answers.
    #[test]
    fn d_05_no_two_figures_ever_shown_differ_by_fewer_than_k(
        counts in proptest::collection::vec((0_u64..25, 0_u64..8), 3..25),
        wishes in proptest::collection::vec((0_i32..25, 0_i32..6, 0_i32..26, 1_i32..9, any::<bool>()), 0..5),
    ) {
        let cells: Vec<Cell> = (100..).zip(&counts).flat_map(|(day, (one, two))| {
            [Cell { place: 1, day, answers: *one }, Cell { place: 2, day, answers: *two }]
        }).collect();
        let end = 100 + i32::try_from(counts.len()).unwrap();
        let closes = noon(end) - DAY / 2;
        let mut windows: Vec<Window> = Vec::new();
        let mut wishes = wishes;
        wishes.sort_by_key(|(.., decided, _, _)| *decided);
        let mut now = 0;
        for (first, length, decided, back, whole) in wishes {
            let first = 100 + first;
            now = noon(100 + decided).max(now) + 1;
            let wish = Window { place: (!whole).then_some(1), first, last: first + length, since: i64::MAX, until: None };
            let known = cells.iter().filter(|cell| cell.day <= clock::day(now)).copied().collect::<Vec<_>>();
            let in_force = |window: &Window| window.is_out(now) && window.overlaps(&wish);
            if (now < closes && wish.last >= clock::day(now)) || windows.iter().any(in_force) {
                continue;
            }
            windows.push(wish);
            let at = windows.len() - 1;
            if Course::new(&known, &windows, K).turn(at, now, closes, true).is_err() {
                windows.pop();
                continue;
            }
            windows[at].since = now;
            let later = now + i64::from(back) * DAY;
            let known = cells.iter().filter(|cell| cell.day <= clock::day(later)).copied().collect::<Vec<_>>();
            if back < 5 && Course::new(&known, &windows, K).turn(at, later, closes, true).is_ok() {
                windows[at].until = Some(later);
                now = later;
            }
        }
        let course = Course::new(&cells, &windows, K);
        let shown = course.states(noon(end + 40), closes);
        for (n, one) in shown.iter().enumerate() {
            for other in &shown[n..] {
                let (added, removed) = course.between(*one, *other);
                if course.answers(*one) > 0 && course.answers(*other) > 0 {
                    prop_assert!(added == 0 || added >= K, "{one:?} {other:?}: {added} more");
                    prop_assert!(removed == 0 || removed >= K, "{one:?} {other:?}: {removed} fewer");
                }
            }
        }
    }
}
