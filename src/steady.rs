//! Whether the clock goes as time does. What cannot be undone (opening an urn, deleting a list, giving up mails at closing)
//! waits while the clock has just jumped ahead: most likely it is wrong, and somebody sets it right again.

use std::time::Duration;

/// A clock that gains so much on time itself has jumped.
const JUMP: Duration = Duration::from_mins(5);
/// For so long after that nothing is done that cannot be undone.
const HOLD: Duration = Duration::from_mins(15);

/// What was seen of a clock so far.
#[derive(Debug, Default)]
pub struct Steady {
    last: Option<(i64, Duration)>,
    held_until: Option<Duration>,
}

impl Steady {
    /// Notes that the clock says `now` (UTC milliseconds) when `passed` has passed by a clock that nobody sets; false if it
    /// jumped ahead a short while ago. A clock that is set right again is believed at once.
    pub fn look(&mut self, now: i64, passed: Duration) -> bool {
        if let Some((before, then)) = self.last {
            let gained = now - before - i64::try_from((passed - then).as_millis()).unwrap_or(i64::MAX);
            let jump = i64::try_from(JUMP.as_millis()).unwrap_or(i64::MAX);
            if gained > jump {
                self.held_until = Some(passed + HOLD);
            } else if gained < -jump {
                self.held_until = None;
            }
        }
        self.last = Some((now, passed));
        self.held_until.is_none_or(|until| passed >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn minutes(n: i64) -> Duration {
        Duration::from_millis(u64::try_from(n * MINUTE).unwrap())
    }

    #[test]
    fn a_clock_that_jumps_ahead_is_not_believed_until_it_has_gone_steadily_for_a_while() {
        let mut steady = Steady::default();
        assert!(steady.look(0, minutes(0)) && steady.look(MINUTE, minutes(1)));
        let ahead = 365 * 24 * 60 * MINUTE;
        assert!(!steady.look(ahead, minutes(2)));
        assert!(!steady.look(ahead + 14 * MINUTE, minutes(16)));
        assert!(steady.look(ahead + 15 * MINUTE, minutes(17)), "it is so late after all");
    }

    #[test]
    fn one_that_is_set_right_again_is_believed_at_once_and_small_steps_are_nothing() {
        let mut steady = Steady::default();
        assert!(steady.look(0, minutes(0)));
        assert!(!steady.look(1_000 * MINUTE, minutes(1)));
        assert!(steady.look(2 * MINUTE, minutes(2)));
        assert!(steady.look(7 * MINUTE, minutes(3)), "four minutes are no jump");
        // A process that was asleep looks late and finds both clocks as far on.
        assert!(steady.look(607 * MINUTE, minutes(603)));
    }
}
