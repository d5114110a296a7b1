//! What the checks see on a file of somebody who tries them from a shell: everything that they compare with what a customer enters.

use serde_json::{Value, json};
use shared::{
    day::Day,
    documents::{Documents, Line, read_fields},
    mrz,
};

use super::document::area;
use crate::{
    inspect,
    model::{SeenFaces, SeenText},
    worker::{WorkerError, Workers},
};

/// Why a file cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum TriedError {
    /// It is not one that customers can upload, or a PDF.
    #[error("{0}")]
    File(#[from] inspect::Fault),
    /// No worker gave an answer.
    #[error(transparent)]
    Worker(#[from] WorkerError),
}

/// Looks at an image: its text, codes, machine-readable zone and faces, with places in parts of its width and height.
///
/// # Errors
/// If it is no image that can be decoded, or if no worker gives an answer.
pub async fn look_at(workers: &Workers, file: &[u8], today: Day) -> Result<Value, TriedError> {
    let prepared = inspect::prepare(file)?;
    if !prepared.is_image() {
        return Err(inspect::Fault::UnsupportedMedia.into());
    }
    let mebibytes = prepared.mebibytes();
    let (text, faces) = tokio::join!(workers.text(file, mebibytes), workers.faces(file, mebibytes, false));
    let undecodable = || inspect::Fault::BadImage("its pixel data cannot be decoded");
    let (text, faces) = (text?.ok_or_else(undecodable)?, faces?.ok_or_else(undecodable)?);
    Ok(
        json!({ "text": text_of(&text), "document": document_of(&text, today), "mrz": mrz_of(&text, today), "codes": codes_of(&text), "faces": faces_of(&faces) }),
    )
}

fn text_of(seen: &SeenText) -> Value {
    let line = |line: &vision::text::Line| json!({ "text": line.text, "score": two_digits(line.score), "at": seen.place(&line.quad) });
    seen.reading.lines.iter().map(line).collect()
}

fn document_of(seen: &SeenText, today: Day) -> Value {
    let line = |line: &vision::text::Line| Line { text: line.text.clone(), area: area(&seen.upright(&line.quad)) };
    let lines: Vec<Line> = seen.reading.lines.iter().map(line).collect();
    let known = Documents::known().recognise(&lines);
    let fields = read_fields(&lines, known.map(|(kind, _)| kind), Documents::known(), today);
    json!({
        "type": known.map(|(kind, _)| &kind.name),
        "layout": known.map(|(_, layout)| &layout.name),
        "cpfs": fields.cpfs.iter().map(|cpf| cpf.value.formatted()).collect::<Vec<_>>(),
        "names": fields.names.iter().map(|name| &name.text).collect::<Vec<_>>(),
        "dates": fields.days.iter().map(|day| json!({ "date": day.day.to_string(), "is": day.is.map(shared::documents::DocumentField::as_str) })).collect::<Vec<_>>(),
        "numbers": fields.numbers.iter().map(|number| &number.value).collect::<Vec<_>>(),
    })
}

fn mrz_of(seen: &SeenText, today: Day) -> Value {
    let Ok(zone) = mrz::read(seen.reading.lines.iter().filter_map(|line| line.mrz.as_deref()), today) else { return Value::Null };
    json!({
        "lines": zone.lines,
        "name": zone.name.in_order(),
        "number": zone.number,
        "birthDate": zone.birth.map(|day| day.to_string()),
        "expiry": zone.expiry.map(|day| day.to_string()),
        "faults": zone.faults.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn codes_of(seen: &SeenText) -> Value {
    seen.codes.iter().map(|code| json!({ "kind": code.kind, "text": code.text, "at": seen.place(&code.quad) })).collect()
}

fn faces_of(seen: &SeenFaces) -> Value {
    let face = |face: &vision::faces::Face| {
        let is_whole = face.is_whole(seen.width, seen.height);
        json!({ "score": two_digits(face.score), "yaw": face.yaw.round(), "roll": face.roll.round(), "whole": is_whole, "at": seen.place(&face.area) })
    };
    seen.faces.iter().map(face).collect()
}

fn two_digits(number: f32) -> f64 {
    (f64::from(number) * 100.0).round() / 100.0
}
