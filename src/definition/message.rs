//! What is wrong with a definition, in words.
use super::problem::Problem;
use crate::language::Lang;
impl Problem {
    /// The problem in words, without its place.
    pub fn words(&self, lang: Lang) -> String {
        let _ = lang;
        format!("{:?}", self.kind)
    }
}
