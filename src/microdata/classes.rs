//! Combinations of bytes, each with a number: what the first reading keeps of all sheets. A combination takes its bytes, and
//! about eight more to be found by.

use std::hash::{BuildHasher as _, RandomState};

/// Combinations of the same width, numbered from 0 in the order in which they were first seen.
#[derive(Debug)]
pub struct Classes {
    width: usize,
    bytes: Vec<u8>,
    seen: usize,
    /// By hash: 0, or one more than a number. A power of two of them, never more than three quarters taken.
    buckets: Vec<u32>,
    /// What people answer must not be able to choose the buckets.
    hasher: RandomState,
}

impl Classes {
    /// None seen yet; each has so many bytes.
    pub fn new(width: usize) -> Self {
        Self { width, bytes: Vec::new(), seen: 0, buckets: vec![0; 64], hasher: RandomState::new() }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.seen
    }

    /// The combination of a number.
    pub fn key(&self, number: usize) -> &[u8] {
        self.bytes.get(number * self.width..(number + 1) * self.width).unwrap_or_default()
    }

    /// The number of a combination that was seen.
    pub fn get(&self, key: &[u8]) -> Option<usize> {
        self.find(key).1
    }

    /// The number of a combination; the next one if it was not seen. `None` for one of another width, or too many.
    pub fn number(&mut self, key: &[u8]) -> Option<usize> {
        if key.len() != self.width {
            return None;
        }
        let (bucket, found) = self.find(key);
        if found.is_some() {
            return found;
        }
        let number = self.seen;
        *self.buckets.get_mut(bucket)? = u32::try_from(number + 1).ok()?;
        self.bytes.extend_from_slice(key);
        self.seen += 1;
        if self.seen * 4 > self.buckets.len() * 3 {
            self.grow();
        }
        Some(number)
    }

    /// The bucket of a combination, and its number if it is there.
    fn find(&self, key: &[u8]) -> (usize, Option<usize>) {
        let mask = self.buckets.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "only the lower bits are wanted")]
        let mut bucket = self.hasher.hash_one(key) as usize & mask;
        loop {
            match self.buckets.get(bucket).map_or(0, |number| *number as usize).checked_sub(1) {
                None => return (bucket, None),
                Some(number) if self.key(number) == key => return (bucket, Some(number)),
                Some(_) => bucket = (bucket + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.buckets = vec![0; self.buckets.len() * 2];
        for number in 0..self.seen {
            let (bucket, _) = self.find(self.key(number));
            if let (Some(bucket), Ok(number)) = (self.buckets.get_mut(bucket), u32::try_from(number + 1)) {
                *bucket = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_combination_has_one_number_however_many_there_are() {
        let mut classes = Classes::new(4);
        for round in 0..3 {
            for n in 0..5_000_u32 {
                let number = classes.number(&n.to_be_bytes());
                assert_eq!(number, Some(n as usize), "round {round}");
            }
        }
        assert_eq!(classes.len(), 5_000);
        assert_eq!(classes.get(&4_999_u32.to_be_bytes()), Some(4_999));
        assert_eq!(
            (classes.get(&5_000_u32.to_be_bytes()), classes.get(&[1]), classes.number(&[1])),
            (None, None, None)
        );
        assert_eq!(classes.key(258), [0, 0, 1, 2]);
    }
}
