//! What a check found in detail: what was read beside what was entered, with their difference marked, and where it is on a photo.

use leptos::prelude::*;
use shared::language::Language;

use crate::words::{
    dashboard::{DashboardWords, words},
    fill,
};

/// One finding. What was read and entered is hidden until it is revealed.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// What was read.
    pub read: Option<String>,
    /// What the customer entered.
    pub entered: Option<String>,
    /// How far apart two faces are.
    pub distance: Option<f64>,
    /// The photos that it was seen on.
    pub photos: Vec<SeenOn>,
}

/// A photo, and places on it.
#[derive(Clone, Debug)]
pub struct SeenOn {
    /// Its address.
    pub file: String,
    /// The label of its field.
    pub label: String,
    /// The corners of each place, in parts of the photo's width and height.
    pub places: Vec<[[f64; 2]; 4]>,
}

/// A finding: texts side by side, and photos with the places marked.
#[component]
pub fn FindingView(finding: Finding, language: Language) -> impl IntoView {
    let words = words(language);
    let Finding { read, entered, distance, photos } = finding;
    let (entered_shown, read_shown) = match (&entered, &read) {
        (Some(entered), Some(read)) => (marked(entered, read), marked(read, entered)),
        _ => (
            entered.map(|text| (text, String::new(), String::new())).unwrap_or_default(),
            read.map(|text| (text, String::new(), String::new())).unwrap_or_default(),
        ),
    };
    let distance = distance.map(|distance| {
        let number = format!("{distance:.2}");
        let number = if language == Language::En { number } else { number.replace('.', ",") };
        let text = fill(words.finding_distance, &[("distance", &number)]);
        view! { <p class="quiet">{text}</p> }
    });
    let texts = [(words.finding_entered, entered_shown), (words.finding_read, read_shown)];
    let texts = texts.into_iter().filter(|(_, (before, differs, after))| !(before.is_empty() && differs.is_empty() && after.is_empty()));
    let texts = texts.map(|(name, (before, differs, after))| {
        let differs = (!differs.is_empty()).then(|| view! { <mark>{differs}</mark> });
        view! { <div><dt>{name}</dt><dd><bdi>{before}{differs}{after}</bdi></dd></div> }
    });
    let texts = texts.collect_view();
    let photos = photos.into_iter().map(|photo| view! { <Marked photo words /> }).collect_view();
    view! {
        <div class="finding">
            <dl class="compared">{texts}</dl>
            {distance}
            <div class="seen">{photos}</div>
        </div>
    }
}

/// A photo with places marked on it. It leads to the photo.
#[component]
fn Marked(photo: SeenOn, words: &'static DashboardWords) -> impl IntoView {
    let SeenOn { file, label, places } = photo;
    let points = |place: [[f64; 2]; 4]| place.map(|[x, y]| format!("{x},{y}")).join(" ");
    let places = places.into_iter().map(|place| view! { <polygon points=points(place) vector-effect="non-scaling-stroke" /> }).collect_view();
    let alt = fill(words.finding_on, &[("photo", &label)]);
    view! {
        <a class="marked" href=file.clone() target="_blank" rel="noopener">
            <img src=file.clone() alt=alt loading="lazy" />
            <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">{places}</svg>
        </a>
    }
}

/// A text as what comes before its difference from another, the difference, and what comes after.
fn marked(text: &str, other: &str) -> (String, String, String) {
    let (text, other): (Vec<char>, Vec<char>) = (text.chars().collect(), other.chars().collect());
    let before = text.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let most = text.len().min(other.len()) - before;
    let after = text.iter().rev().zip(other.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let part = |from: usize, to: usize| text[from..to].iter().collect();
    (part(0, before), part(before, text.len() - after), part(text.len() - after, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_marked() {
        for (text, other, expected) in [
            ("529.982.247-25", "529.983.247-25", ("529.98", "2", ".247-25")),
            ("ANA", "ANNA", ("AN", "", "A")),
            ("ANNA", "ANA", ("AN", "N", "A")),
            ("ANA", "BIA", ("", "AN", "A")),
            ("", "A", ("", "", "")),
            ("A", "A", ("A", "", "")),
        ] {
            let (before, differs, after) = marked(text, other);
            assert_eq!((before.as_str(), differs.as_str(), after.as_str()), expected, "{text} {other}");
        }
    }
}
