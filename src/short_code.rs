//! Short codes that people type from a letter: eight random characters and two check characters.
//!
//! The alphabet has 31 characters, none of 0, O, 1, I, L, so that 8 of them hold 39.6 bits; 31 is a prime, so that the
//! characters can be numbers modulo 31. A code is right if the sum of its ten numbers and the sum of the numbers times
//! their places (1 to 10) are both 0 modulo 31. This is a Reed–Solomon code of distance 3: no two right codes differ in fewer
//! than three characters, so that one wrong character, two wrong ones, and two that changed places never give another right
//! code (security test A-12).

use crate::secret;

const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Random characters.
const RANDOM: usize = 8;
/// All characters.
pub const LENGTH: usize = 10;
const PRIME: u32 = 31;

/// A new code.
pub fn random() -> String {
    let mut values = [0_u32; LENGTH];
    let mut drawn = 0;
    while drawn < RANDOM {
        for byte in secret::random::<16>() {
            // 248 is the largest multiple of 31 in a byte: no character comes more often than another.
            if byte < 248
                && let Some(value) = values.get_mut(drawn).filter(|_| drawn < RANDOM)
            {
                *value = u32::from(byte) % PRIME;
                drawn += 1;
            }
        }
    }
    let (sum, weighed) = sums(&values);
    // c9 + c10 = −sum and 9 c9 + 10 c10 = −weighed.
    let last = (9 * sum + PRIME - weighed) % PRIME;
    let check = (2 * PRIME - sum - last) % PRIME;
    values[RANDOM] = check;
    values[RANDOM + 1] = last;
    values.iter().filter_map(|value| ALPHABET.get(*value as usize)).map(|byte| char::from(*byte)).collect()
}

fn sums(values: &[u32; LENGTH]) -> (u32, u32) {
    let weighed = values.iter().zip(1_u32..).map(|(value, place)| value * place).sum::<u32>();
    (values.iter().sum::<u32>() % PRIME, weighed % PRIME)
}

/// What was typed, without blanks and dashes and in capitals.
pub fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && !"-–—_.\u{ad}\u{200b}".contains(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The code that was typed; `None`: it has a mistake.
pub fn read(typed: &str) -> Option<String> {
    let plain = plain(typed);
    let mut values = [0_u32; LENGTH];
    let mut n = 0;
    for c in plain.chars() {
        let value = ALPHABET.iter().zip(0_u32..).find(|(letter, _)| char::from(**letter) == c)?.1;
        *values.get_mut(n)? = value;
        n += 1;
    }
    (n == LENGTH && sums(&values) == (0, 0)).then_some(plain)
}

/// A code as it is printed: two groups of five.
pub fn printed(code: &str) -> String {
    match code.split_at_checked(LENGTH / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_12_codes_have_eight_random_characters_and_none_that_looks_like_another() {
        let mut seen = std::collections::BTreeSet::new();
        let mut counts = std::collections::BTreeMap::<char, usize>::new();
        for _ in 0..20_000 {
            let code = random();
            assert_eq!(code.chars().count(), LENGTH);
            assert!(code.chars().all(|c| !"0O1IL".contains(c)), "{code}");
            assert_eq!(read(&code).as_deref(), Some(code.as_str()));
            code.chars().take(RANDOM).for_each(|c| *counts.entry(c).or_default() += 1);
            assert!(seen.insert(code));
        }
        // 160,000 characters: 5,161 of each, with a deviation of 71.
        assert!(counts.len() == 31 && counts.values().all(|n| n.abs_diff(5_161) < 500), "{counts:?}");
    }

    #[test]
    fn a_12_every_mistake_in_one_character_and_every_swap_is_a_wrong_code() {
        for _ in 0..50 {
            let code: Vec<char> = random().chars().collect();
            for place in 0..LENGTH {
                for letter in ('0'..='9').chain('A'..='Z').filter(|c| *c != code[place]) {
                    let mut typed = code.clone();
                    typed[place] = letter;
                    assert_eq!(read(&typed.iter().collect::<String>()), None);
                }
                for other in place + 1..LENGTH {
                    let mut typed = code.clone();
                    typed.swap(place, other);
                    assert!(typed == code || read(&typed.iter().collect::<String>()).is_none());
                }
                let mut short = code.clone();
                short.remove(place);
                assert_eq!(read(&short.iter().collect::<String>()), None);
            }
        }
    }

    proptest! {
        #[test]
        fn a_12_case_blanks_and_dashes_do_not_matter(blanks in prop::collection::vec(0_usize..4, LENGTH)) {
            let code = random();
            let typed: String = code
                .chars()
                .zip(&blanks)
                .flat_map(|(c, n)| [["", " ", "-", " – "][*n].to_owned(), c.to_lowercase().to_string()])
                .collect();
            prop_assert_eq!(read(&typed), Some(code.clone()));
            prop_assert_eq!(read(&printed(&code)), Some(code));
        }

        #[test]
        fn h_12_any_text_is_a_code_or_not(typed: String) {
            if let Some(code) = read(&typed) {
                prop_assert_eq!(code.len(), LENGTH);
            }
        }
    }
}
