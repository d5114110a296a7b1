//! Sample documents: drawn, of people who do not exist, each marked SPECIMEN. We measure with them, and others try the product with them,
//! so that nobody needs a real document for that.

mod canvas;
mod codes;
mod dice;
mod documents;
mod faces;
mod looks;
mod mrz;
mod people;
mod photograph;
mod portrait;

pub use dice::Dice;
pub use documents::{Kind, document};
pub use faces::{selfie, together};
pub use looks::Looks;
pub use people::{Day, Person};
pub use photograph::{Fault, photograph};

/// What each sample document says. A reader that finds it knows that the document is nobody's.
pub const MARK: &str = "SPECIMEN";
