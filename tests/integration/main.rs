//! Integration tests: the product from outside, in one binary.

mod statistics;
