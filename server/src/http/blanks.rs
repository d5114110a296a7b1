//! Steps' pages that are drawn once. While nobody has filled in a step, its page is the same for every customer of a flow's version, but for
//! the session's id, the answer's nonce, and what the island is told of other steps. We draw it once with a mark in each of these places,
//! and an answer only puts its own there. A version of a flow never changes, so no page that is kept is ever out of date.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use app::flow::data::FlowData;
use leptos::nonce::Nonce;
use shared::{day::Day, flow::Step, language::Language, session::Timestamp};

use crate::{clock::Ambient, ids::FlowId};

/// The most pages that are kept. When one more comes, all are forgotten.
const MOST: usize = 256;
/// The most bytes that they take together.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// All that an empty step's page depends on, besides what is put into it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The flow's version.
    pub flow: FlowId,
    /// The days from which the bounds of dates are counted.
    pub today: (Day, Day),
    /// The language of the texts.
    pub language: Language,
    /// The step's id.
    pub step: String,
    /// The query that the page's addresses keep. It also says whether the page has scripts.
    pub query: String,
    /// The customer came from the REVIEW.
    pub change: bool,
    /// The browser has a cookie of this session. Without one the page has another word for what is saved elsewhere.
    pub has_device: bool,
}

impl Key {
    /// The key of a step's page at this time.
    pub fn new(flow: FlowId, now: Timestamp, language: Language, step: &str) -> Self {
        let today = (Day::earliest_today(now), Day::latest_today(now));
        Self { flow, today, language, step: step.to_owned(), query: String::new(), change: false, has_device: false }
    }
}

/// What is put into a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Id,
    Nonce,
    Answers,
}

/// A step's page with nothing filled in, as text with holes.
#[derive(Debug)]
pub struct Blank {
    /// The flow's steps that it was drawn from.
    pub steps: Arc<[Step]>,
    parts: Vec<(String, Hole)>,
    end: String,
}

impl Blank {
    /// The page with what belongs into its holes.
    pub fn filled(&self, id: &str, nonce: &str, answers: &str) -> String {
        let of = |hole| match hole {
            Hole::Id => id,
            Hole::Nonce => nonce,
            Hole::Answers => answers,
        };
        let length: usize = self.parts.iter().map(|(text, hole)| text.len() + of(*hole).len()).sum();
        let mut html = String::with_capacity(length + self.end.len());
        for (text, hole) in &self.parts {
            html.push_str(text);
            html.push_str(of(*hole));
        }
        html.push_str(&self.end);
        html
    }

    /// About how many bytes it takes. The steps are also in its text.
    fn bytes(&self) -> usize {
        2 * (self.parts.iter().map(|(text, _)| text.len()).sum::<usize>() + self.end.len())
    }
}

/// The pages that are kept, and the marks with which they are drawn.
pub struct Blanks {
    kept: RwLock<Kept>,
    id: String,
    nonce: Nonce,
    idle: String,
}

#[derive(Default)]
struct Kept {
    blanks: HashMap<Key, Arc<Blank>>,
    bytes: usize,
}

impl Blanks {
    /// None yet. The marks are random, so that no text of a flow can be one.
    pub fn new(ambient: &Ambient) -> Self {
        let mark = || format!("{:032x}", u128::from_le_bytes(ambient.random()));
        Self { kept: RwLock::default(), id: mark(), nonce: Nonce::from_value(mark()), idle: mark() }
    }

    /// The page of this key, if it is kept.
    pub fn get(&self, key: &Key) -> Option<Arc<Blank>> {
        self.kept.read().expect("nothing panics while it holds this lock").blanks.get(key).cloned()
    }

    /// The nonce with which a page is drawn to be kept.
    pub fn nonce(&self) -> Nonce {
        self.nonce.clone()
    }

    /// The data from which a page is drawn to be kept.
    pub fn marked(&self, data: FlowData) -> FlowData {
        FlowData { id: self.id.clone(), idle: vec![self.idle.clone()], ..data }
    }

    /// Keeps a page that was drawn with [`Blanks::nonce`] from [`Blanks::marked`] data.
    pub fn keep(&self, key: Key, html: &str, drawn_from: &FlowData, steps: Arc<[Step]>) -> Arc<Blank> {
        let blank = Arc::new(self.cut(html, &drawn_from.answers_json(), steps));
        let bytes = blank.bytes();
        if bytes > MOST_BYTES {
            return blank;
        }
        let mut kept = self.kept.write().expect("nothing panics while it holds this lock");
        if kept.blanks.len() >= MOST || kept.bytes + bytes > MOST_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += bytes;
        if let Some(before) = kept.blanks.insert(key, Arc::clone(&blank)) {
            kept.bytes -= before.bytes();
        }
        blank
    }

    /// Cuts a page at its marks.
    fn cut(&self, html: &str, answers: &str, steps: Arc<[Step]>) -> Blank {
        let marks = [(self.id.as_str(), Hole::Id), (&*self.nonce, Hole::Nonce), (answers, Hole::Answers)];
        let (mut parts, mut rest) = (Vec::new(), html);
        while let Some((at, mark, hole)) = marks.iter().filter_map(|(mark, hole)| Some((rest.find(mark)?, mark, *hole))).min_by_key(|(at, ..)| *at) {
            parts.push((rest[..at].to_owned(), hole));
            rest = &rest[at + mark.len()..];
        }
        Blank { steps, parts, end: rest.to_owned() }
    }
}

#[cfg(test)]
#[path = "blanks/tests.rs"]
mod tests;
