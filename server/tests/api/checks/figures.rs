//! The figures of `shared::quality` on pictures of seeds that nobody tuned to, as `docs/checks/measurements.md` has them.
//! `FLOW_SOAK_PICTURES` sets how many pictures there are of each fault (20 by default).

use std::path::Path;

use ::shared::quality::{Fault, Luma, Subject, faults};

use super::pictures::{self, Picture, Seed};

/// The seed of the first picture. Others were tuned to.
const SEED: u64 = 9_100_000_000;

fn count() -> u64 {
    std::env::var_os("FLOW_SOAK_PICTURES").map_or(20, |count| count.to_str().and_then(|text| text.parse().ok()).expect("a number of pictures"))
}

/// A good picture, and whether it is a document: in turn two documents, a page and a scene; now and then a slope.
fn good(number: u64, seed: &mut Seed) -> (Picture, Subject) {
    match number % 8 {
        7 => (pictures::slope(seed), Subject::Other),
        3 => (pictures::scene(seed), Subject::Other),
        2 | 6 => (pictures::page(seed), Subject::Document),
        _ => (pictures::document(seed), Subject::Document),
    }
}

fn with(fault: Option<Fault>, number: u64, seed: &mut Seed) -> (Picture, Subject) {
    let (whole, subject) = good(if fault.is_some() { number % 4 } else { number }, seed);
    match fault {
        None => (whole, subject),
        Some(Fault::Blurred) => (pictures::blurred(whole, seed), subject),
        Some(Fault::Dark) => (pictures::dark(whole, seed), subject),
        Some(Fault::Glare) => (pictures::with_glare(pictures::document(seed), seed), Subject::Document),
        Some(Fault::CutOff) => (pictures::cut_off(seed), Subject::Document),
    }
}

fn look(picture: &Picture, subject: Subject) -> Vec<Fault> {
    faults(&Luma::new(picture.width as u32, picture.height as u32, picture.bytes()).expect("as many pixels"), subject)
}

/// For each set of pictures, how many have been found to have nothing wrong, and each fault.
#[test]
fn faults_are_found_and_good_pictures_are_not_refused() {
    let all = [Fault::Blurred, Fault::Dark, Fault::Glare, Fault::CutOff];
    let sets: Vec<Option<Fault>> = [None].into_iter().chain(all.map(Some)).collect();
    let count = count();
    let measure = |set: usize| {
        let found = (0..count).map(|number| {
            let mut seed = Seed(SEED + set as u64 * 1_000_000 + number);
            let (picture, subject) = with(sets[set], number, &mut seed);
            look(&picture, subject)
        });
        found.collect::<Vec<_>>()
    };
    let measured: Vec<Vec<Vec<Fault>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..sets.len()).map(|set| scope.spawn(move || measure(set))).collect();
        threads.into_iter().map(|thread| thread.join().expect("measures")).collect()
    });
    println!("| {count} pictures each | nothing found | blurred | dark | glare | cut off |\n|---|---|---|---|---|---|");
    for (set, found) in sets.iter().zip(&measured) {
        let with = |fault: Fault| found.iter().filter(|faults| faults.contains(&fault)).count();
        let nothing = found.iter().filter(|faults| faults.is_empty()).count();
        let name = set.map_or("good".to_owned(), |fault| format!("{fault:?}").to_lowercase());
        println!("| {name} | {nothing} | {} |", all.map(|fault| with(fault).to_string()).join(" | "));
    }
    // Of few pictures, one more may be wrong.
    let spare = if count < 100 { 1 } else { 0 };
    for (set, found) in sets.iter().zip(&measured) {
        let wrong = found.iter().filter(|faults| set.map_or(!faults.is_empty(), |fault| !faults.contains(&fault))).count() as u64;
        let most = if set.is_some() { count / 20 } else { count / 50 };
        assert!(wrong <= most + spare, "{set:?}: {wrong} of {count} wrong");
    }
}

/// The photos that the tests in a browser upload are good ones.
#[test]
fn photos_of_a_camera_are_good() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/photos");
    for (name, subject) in [("front.jpg", Subject::Document), ("back.jpg", Subject::Document), ("person.jpg", Subject::Other)] {
        let bytes = std::fs::read(folder.join(name)).expect("a photo");
        let luma = image::load_from_memory(&bytes).expect("an image").into_luma8();
        let luma = Luma::new(luma.width(), luma.height(), luma.into_raw()).expect("pixels");
        assert_eq!(faults(&luma, subject), [], "{name}");
    }
}
