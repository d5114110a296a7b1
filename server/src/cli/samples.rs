//! `sample-documents`: draws documents and faces of people who do not exist, each marked SPECIMEN, with what is written on them.

use std::path::{Path, PathBuf};

use clap::Args;
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use serde_json::{Value, json};
use server::error::CommandError;
use vision::{
    Picture,
    sample::{Dice, Fault, Kind, Looks, Person, document, photograph, selfie},
};

use super::printed::{Printed, failed};

/// The quality of the JPEGs.
const QUALITY: u8 = 90;
/// What the photos are like, by the end of their names.
const FAULTS: [(&str, &[Fault]); 6] = [
    ("good", &[]),
    ("blurred", &[Fault::Blurred(6.0)]),
    ("dark", &[Fault::Dark(0.15)]),
    ("glare", &[Fault::Glare]),
    ("turned", &[Fault::Turned(90.0)]),
    ("grainy", &[Fault::Noisy(14.0)]),
];

/// What to draw.
#[derive(Debug, Args)]
pub struct Samples {
    /// The folder that the pictures and `samples.json` are written to
    folder: PathBuf,
    /// How many people
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    people: u64,
    /// Other numbers draw other people
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Draws them.
pub fn draw(samples: &Samples) -> Result<Printed, CommandError> {
    let folder = &samples.folder;
    std::fs::create_dir_all(folder).map_err(|error| failed(format!("{}: {error}", folder.display())))?;
    let mut all = Vec::new();
    for number in 1..=samples.people {
        all.push(draw_person(folder, number, samples.seed)?);
    }
    let list = folder.join("samples.json");
    write(&list, &serde_json::to_vec_pretty(&all).map_err(failed)?)?;
    let files: usize = all.iter().filter_map(|person| person["files"].as_array()).map(Vec::len).sum();
    let text = format!("Drew {files} pictures. {} says what is on each.", list.display());
    Ok(Printed { json: json!({ "folder": folder, "pictures": files }), text })
}

fn draw_person(folder: &Path, number: u64, seed: u64) -> Result<Value, CommandError> {
    let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
    let person = Person::any(&mut dice);
    let looks = Looks::of(&person);
    let mut files = Vec::new();
    let mut keep = |name: String, about: Value, picture: &Picture| -> Result<(), CommandError> {
        write(&folder.join(&name), &jpeg(picture)?)?;
        files.push(json!({ "file": name, "is": about }));
        Ok(())
    };
    for kind in Kind::ALL {
        let flat = document(kind, &person, &mut dice);
        for (fault, faults) in FAULTS {
            let about = json!({ "document": kind.name(), "photo": fault, "mrz": kind.mrz(&person), "code": kind.code(&person) });
            keep(format!("{number:04}-{}-{fault}.jpg", kind.name()), about, &photograph(&flat, faults, &mut dice))?;
        }
    }
    keep(format!("{number:04}-selfie.jpg"), json!({ "selfie": true }), &selfie(&looks))?;
    let other = Looks::new(dice.below(u32::MAX).into());
    keep(format!("{number:04}-selfie-of-somebody-else.jpg"), json!({ "selfie": false }), &selfie(&other))?;
    let day = |day: vision::sample::Day| format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
    Ok(json!({
        "name": format!("{} {}", person.given, person.family),
        "cpf": person.cpf,
        "birthDate": day(person.born),
        "documentNumber": person.number,
        "expires": day(person.expires),
        "files": files,
    }))
}

fn jpeg(picture: &Picture) -> Result<Vec<u8>, CommandError> {
    let mut file = Vec::new();
    let side = |side: usize| u32::try_from(side).map_err(failed);
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .encode(picture.rgb(), side(picture.width())?, side(picture.height())?, ExtendedColorType::Rgb8)
        .map_err(failed)?;
    Ok(file)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    std::fs::write(file, bytes).map_err(|error| failed(format!("{}: {error}", file.display())))
}
