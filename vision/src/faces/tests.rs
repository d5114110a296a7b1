//! Faces: the converted networks give what the originals gave (`scripts/models/faces-fixtures.mjs`), and drawn faces are found and told
//! apart. Drawn faces prove nothing about people.

use std::collections::BTreeMap;

use super::*;
use crate::{
    Point,
    sample::{self, Dice, Kind, Looks, Person},
};

/// What the original networks gave for the picture below.
#[derive(Deserialize)]
struct Fixtures {
    /// By anchor.
    detector: BTreeMap<usize, Vec<f32>>,
    landmarks: Vec<f32>,
    embedding: Vec<f32>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("fixtures.json")).unwrap()
}

/// Waves of three colours. Byte by byte the same as `pattern` in the script.
fn pattern(side: usize) -> Picture {
    Picture::from_fn(side, side, |x, y| [((x * x + 3 * y) >> 3) as u8, ((5 * x + y * y) >> 4) as u8, ((x * y) >> 5) as u8])
}

/// Within 0.00005, and the same part of numbers above 1: the detector's are pixels and logits up to 250, where a float has no more digits.
#[track_caller]
fn assert_near(found: &[f32], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len());
    let worst = found.iter().zip(wanted).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f32::max);
    assert!(worst < 5e-5, "apart by {worst}");
}

#[test]
fn the_detector_gives_what_the_original_gives() {
    let numbers = detector::run(&pattern(detector::SIDE)).unwrap();
    for (anchor, wanted) in fixtures().detector {
        assert_near(&numbers[anchor * 17..][..17], &wanted);
    }
}

#[test]
fn the_points_are_those_of_the_original() {
    assert_near(&landmarks::run(&pattern(112)).unwrap(), &fixtures().landmarks);
}

#[test]
fn the_128_numbers_are_those_of_the_original() {
    assert_near(&embedding::run(&pattern(150)).unwrap(), &fixtures().embedding);
}

/// The picture turned clockwise around its middle, in a frame of the same size.
fn leaning(picture: &Picture, degrees: f32) -> Picture {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (sin, cos) = (-degrees).to_radians().sin_cos();
    let corner = |x: f32, y: f32| {
        let (x, y) = (x * width / 2.0, y * height / 2.0);
        Point { x: width / 2.0 + cos * x - sin * y, y: height / 2.0 + sin * x + cos * y }
    };
    picture.crop(&[corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)], picture.width(), picture.height())
}

/// Small and large again, so that all that is fine is gone.
fn blurred(picture: &Picture) -> Picture {
    picture.resize(picture.width() / 8, picture.height() / 8).resize(picture.width(), picture.height())
}

#[track_caller]
fn the_only_face(picture: &Picture) -> Face {
    let mut faces = find(picture).unwrap();
    assert_eq!(faces.len(), 1, "{faces:?}");
    faces.remove(0)
}

fn compared(picture: &Picture) -> Template {
    template(picture, &the_only_face(picture)).unwrap()
}

#[test]
fn a_drawn_face_is_found_once_and_looks_at_the_camera() {
    for seed in 0..16 {
        let picture = sample::selfie(&Looks::new(seed));
        let face = the_only_face(&picture);
        assert!(face.yaw.abs() < 12.0 && face.roll.abs() < 4.0, "{seed}: turned by {} and {}", face.yaw, face.roll);
        assert!(face.is_whole(picture.width(), picture.height()), "{seed}");
        let [left, right] = face.landmarks.eyes();
        let middle = (left.x + right.x) / 2.0;
        assert!((middle - 350.0).abs() < 15.0 && (360.0..410.0).contains(&left.y), "{seed}: eyes at {left:?} {right:?}");
        assert!((100.0..260.0).contains(&face.eye_distance()) && (200.0..450.0).contains(&face.size), "{seed}: {}", face.size);
    }
}

#[test]
fn each_of_several_is_found_the_largest_first() {
    let (a, b, c) = (Looks::new(1), Looks::new(2), Looks::new(3));
    assert_eq!(find(&sample::together(&[&a, &b])).unwrap().len(), 2);
    let faces = find(&sample::together(&[&a, &b, &c])).unwrap();
    assert_eq!(faces.len(), 3);
    assert!(faces.is_sorted_by(|a, b| a.size >= b.size));
}

#[test]
fn nobody_is_found_where_nobody_is() {
    let mut dice = Dice::new(5);
    let person = Person::any(&mut dice);
    let plain = Picture::from_fn(1_200, 900, |_, _| [20, 60, 200]);
    let noise = Picture::from_fn(640, 480, |_, _| [0; 3].map(|_| dice.below(256) as u8));
    let mut dice = Dice::new(6);
    let backs = [Kind::Rg, Kind::CinBack].map(|kind| sample::document(kind, &person, &mut dice));
    let tiny = [Picture::from_fn(1, 1, |_, _| [9; 3]), Picture::from_fn(3_000, 1, |x, _| [x as u8; 3])];
    for picture in [plain, noise, pattern(700), sample::together(&[])].iter().chain(&backs).chain(&tiny) {
        assert!(find(picture).unwrap().is_empty(), "{picture:?}");
    }
}

#[test]
fn the_portrait_of_a_document_is_found_and_is_nearest_to_the_same_person() {
    let mut dice = Dice::new(7);
    let people: Vec<Person> = (0..6).map(|_| Person::any(&mut dice)).collect();
    let selfies: Vec<Template> = people.iter().map(|person| compared(&sample::selfie(&Looks::of(person)))).collect();
    let kinds = [Kind::Cnh, Kind::CinFront, Kind::Passport, Kind::Generic];
    for (i, (person, kind)) in people.iter().zip(kinds.iter().cycle()).enumerate() {
        let portrait = compared(&sample::photograph(&sample::document(*kind, person, &mut dice), &[], &mut dice));
        let distances: Vec<f32> = selfies.iter().map(|selfie| selfie.distance(&portrait)).collect();
        assert!(distances.iter().all(|distance| *distance >= distances[i]), "{kind:?} of {i}: {distances:?}");
    }
}

#[test]
fn the_same_drawn_face_is_nearer_than_another() {
    let pictures: Vec<Picture> = (0..8).map(|seed| sample::selfie(&Looks::new(seed))).collect();
    let all: Vec<Template> = pictures.iter().map(compared).collect();
    for (i, picture) in pictures.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| other);
        for (how, changed) in [("small", picture.resize(175, 224)), ("leaning", leaning(picture, 14.0)), ("blurred", blurred(picture))] {
            let changed = compared(&changed);
            let own = changed.distance(&all[i]);
            assert!(own < 0.45, "{i} {how}: {own}");
            assert!(others.clone().all(|other| other.distance(&changed) > own), "{i} {how}: another is nearer than {own}");
        }
    }
}

#[test]
fn a_leaning_head_is_found_upright() {
    let picture = sample::selfie(&Looks::new(4));
    for degrees in [-30.0, -10.0, 20.0] {
        let face = the_only_face(&leaning(&picture, degrees));
        assert!((face.roll - degrees).abs() < 5.0, "{} instead of {degrees}", face.roll);
        let [a, b, ..] = face.area;
        assert!(((b.y - a.y).atan2(b.x - a.x).to_degrees() - degrees).abs() < 8.0, "{:?}", face.area);
    }
}

#[test]
fn a_face_that_is_cut_off_is_not_whole() {
    let picture = sample::selfie(&Looks::new(4));
    let half = Picture::from_fn(400, picture.height(), |x, y| picture.pixel(x, y));
    assert!(find(&half).unwrap().iter().all(|face| !face.is_whole(half.width(), half.height())));
}

#[test]
fn numbers_are_kept_as_bytes_and_never_printed() {
    let template = compared(&sample::selfie(&Looks::new(9)));
    let bytes = template.to_bytes();
    assert_eq!(Template::from_bytes(&bytes).unwrap().distance(&template), 0.0);
    assert_eq!(format!("{template:?}"), "Template");
    assert!(Template::from_bytes(&bytes[1..]).is_none());
    assert!(Template::from_bytes(&[0xFF; 512]).is_none(), "these are not numbers");
}

#[test]
fn a_face_goes_through_json() {
    let face = the_only_face(&sample::selfie(&Looks::new(10)));
    let json = serde_json::to_value(&face).unwrap();
    assert_eq!(serde_json::from_value::<Face>(json.clone()).unwrap(), face);
    let mut fewer = json;
    fewer["landmarks"].as_array_mut().unwrap().pop();
    assert_eq!(serde_json::from_value::<Face>(fewer).unwrap_err().to_string(), "a face has 68 points, not 67");
}
