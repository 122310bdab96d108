//! The memory that Argon2 fills: a few pieces that are used again and again (security test F-02).
//!
//! Each hash fills 19 MiB. Given back to the allocator after each log-in, glibc keeps such a piece for the thread that had
//! it, and threads change: twenty log-ins one after another grew a server by 350 MB.

use std::sync::{Mutex, PoisonError};

use argon2::{Argon2, Block, Error};

/// Pieces kept: as many as passwords are checked at a time ([`super::in_turn`]).
const KEPT: usize = 2;

/// Hashes that ask for so many times the usual memory are refused: none of ours does.
const MOST: usize = 16;

static PIECES: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Derives `out` from a password and a salt. `usual`: the number of blocks of today's hashes; larger pieces, for hashes
/// that ask for more, are not kept.
///
/// # Errors
/// What Argon2 refuses, and [`Error::OutOfMemory`].
pub fn derive(
    argon2: &Argon2<'_>,
    usual: usize,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<(), Error> {
    let wanted = argon2.params().block_count();
    if wanted > usual * MOST {
        return Err(Error::OutOfMemory);
    }
    let mut piece = pieces(Vec::pop).unwrap_or_default();
    let missing = wanted.saturating_sub(piece.len());
    if piece.try_reserve_exact(missing).is_err() {
        return Err(Error::OutOfMemory);
    }
    piece.resize(piece.len() + missing, Block::new());
    let derived = argon2.hash_password_into_with_memory(password, salt, out, piece.as_mut_slice());
    // Nothing of a password stays behind.
    piece.fill(Block::new());
    if piece.len() <= usual {
        pieces(|kept| {
            if kept.len() < KEPT {
                kept.push(piece);
            }
        });
    }
    derived
}

fn pieces<T>(act: impl FnOnce(&mut Vec<Vec<Block>>) -> T) -> T {
    act(&mut PIECES.lock().unwrap_or_else(PoisonError::into_inner))
}
