//! Tests of the engine as a whole: the reference cases ([`cases`]), samples to be worked out on paper ([`by_hand`]), and
//! what must hold for any sample ([`properties`], for the random samples of [`samples`]). Tests of single functions stand
//! beside them.

mod by_hand;
mod cases;
mod comparison;
mod properties;
mod samples;
