//! The study is right where the truth can be computed, and its page is that of this study.
