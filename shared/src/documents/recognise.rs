//! Says which document a picture shows, by the words on it.

use super::{
    label::{Word, spells, squeezed, words},
    line::Line,
    model::{DocumentType, Documents, Layout},
};

/// The least score of a document that is recognised: one word that no other layout has, or two that two have.
const LEAST: f32 = 0.9;

impl Documents {
    /// The type and the layout whose words stand in these lines. `None` if too few of any do. A word counts by how few layouts have it.
    pub fn recognise(&self, lines: &[Line]) -> Option<(&DocumentType, &Layout)> {
        let lines: Vec<Vec<Word>> = lines.iter().map(|line| words(&line.text)).collect();
        let layouts = || self.types.iter().flat_map(|kind| kind.layouts.iter().map(move |layout| (kind, layout)));
        let stands = |phrase: &str| lines.iter().any(|line| (0..line.len()).any(|at| spells(&line[at..], phrase).is_some()));
        let score = |layout: &Layout| -> f32 {
            let found = layout.words.iter().filter(|word| stands(&squeezed(word)));
            found.map(|word| 1.0 / layouts().filter(|(_, other)| other.words.contains(word)).count().max(1) as f32).sum()
        };
        let scored = layouts().map(|(kind, layout)| (score(layout), kind, layout)).filter(|(score, ..)| *score >= LEAST);
        scored.max_by(|(one, ..), (other, ..)| one.total_cmp(other)).map(|(_, kind, layout)| (kind, layout))
    }
}
