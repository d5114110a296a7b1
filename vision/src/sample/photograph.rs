//! A photo of a document: it lies on something, at an angle, and the photo may be bad.

use super::Dice;
use crate::{Picture, Point, picture::Projection};

/// What is wrong with a photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Out of focus, by so many pixels.
    Blurred(f32),
    /// Grain, with this deviation of each channel.
    Noisy(f32),
    /// The document lies at this angle, in degrees clockwise.
    Turned(f32),
    /// A lamp is seen in it.
    Glare,
    /// Little light: this part of the brightness is left.
    Dark(f32),
}

/// The photo's size in pixels: 2 MP, as the customer's page sends it.
const WIDTH: usize = 1_632;
const HEIGHT: usize = 1_224;

/// Photographs a document, whole and about as large as the photo allows, from nearly above.
#[must_use]
pub fn photograph(document: &Picture, faults: &[Fault], dice: &mut Dice) -> Picture {
    let turn = faults.iter().find_map(|fault| if let Fault::Turned(degrees) = fault { Some(*degrees) } else { None });
    let turn = turn.unwrap_or_else(|| dice.between(-2.0, 2.0)).to_radians();
    let mut photo = placed(document, turn, dice);
    for fault in faults {
        match fault {
            Fault::Blurred(radius) => blur(&mut photo, *radius),
            Fault::Glare => glare(&mut photo, document, dice),
            Fault::Dark(part) => photo.rgb_mut().iter_mut().for_each(|value| *value = (f32::from(*value) * part) as u8),
            Fault::Noisy(_) | Fault::Turned(_) => {}
        }
    }
    // The camera's grain comes last.
    let grain = faults.iter().find_map(|fault| if let Fault::Noisy(deviation) = fault { Some(*deviation) } else { None }).unwrap_or(2.0);
    photo.rgb_mut().iter_mut().for_each(|value| *value = (f32::from(*value) + dice.normal() * grain).clamp(0.0, 255.0) as u8);
    photo
}

/// The document on its background.
fn placed(document: &Picture, turn: f32, dice: &mut Dice) -> Picture {
    let (width, height) = (document.width() as f32, document.height() as f32);
    let (sin, cos) = turn.sin_cos();
    // What the photo must hold around the turned document, in the document's pixels, and a margin.
    let needed = (width * cos.abs() + height * sin.abs()) / WIDTH as f32;
    let scale = needed.max((width * sin.abs() + height * cos.abs()) / HEIGHT as f32) * dice.between(1.06, 1.2);
    let (half_width, half_height) = (WIDTH as f32 * scale / 2.0, HEIGHT as f32 * scale / 2.0);
    let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(x, y)| {
        // The camera is not quite above.
        let near = dice.between(0.97, 1.03);
        let (x, y) = (x * half_width * near, y * half_height * near);
        Point { x: width / 2.0 + x * cos + y * sin, y: height / 2.0 + y * cos - x * sin }
    });
    let map = Projection::onto(&corners);
    let ground = Ground::any(dice);
    // Where several pixels of the document fall on one of the photo, it is made smaller first.
    let smaller = document.resize((width / scale.max(1.0)) as usize, (height / scale.max(1.0)) as usize);
    let (sx, sy) = (smaller.width() as f32 / width, smaller.height() as f32 / height);
    Picture::from_fn(WIDTH, HEIGHT, |x, y| {
        let point = map.at((x as f32 + 0.5) / WIDTH as f32, (y as f32 + 0.5) / HEIGHT as f32);
        let inside = point.x >= 0.0 && point.y >= 0.0 && point.x < width && point.y < height;
        if inside { smaller.between(Point { x: point.x * sx, y: point.y * sy }) } else { ground.at(x, y) }
    })
}

/// What the document lies on: wood, cloth, or something plain.
struct Ground {
    colour: [f32; 3],
    grain: f32,
    pitch: [f32; 2],
}

impl Ground {
    fn any(dice: &mut Dice) -> Self {
        const COLOURS: [[f32; 3]; 5] = [[120.0, 84.0, 56.0], [60.0, 62.0, 70.0], [200.0, 196.0, 188.0], [90.0, 110.0, 130.0], [40.0, 70.0, 50.0]];
        let colour = COLOURS[dice.below(5) as usize];
        Self { colour, grain: dice.between(0.0, 22.0), pitch: [dice.between(0.004, 0.02), dice.between(0.05, 0.5)] }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let (x, y) = (x as f32, y as f32);
        let wave = ((x * self.pitch[0]).sin() * 3.0 + y * self.pitch[1]).sin() * self.grain;
        self.colour.map(|value| (value + wave).clamp(0.0, 255.0) as u8)
    }
}

/// A blur close to a Gaussian: three means of a square, one after the other, each over `radius` pixels to each side.
fn blur(photo: &mut Picture, radius: f32) {
    for _ in 0..3 {
        for across in [false, true] {
            mean(photo, radius, across);
        }
    }
}

/// The mean over a line of 2 × radius + 1 pixels, where the outer ones count in part.
fn mean(photo: &mut Picture, radius: f32, across: bool) {
    let (width, height) = (photo.width(), photo.height());
    let (count, length, step, next) = if across { (width, height, width * 3, 3) } else { (height, width, 3, width * 3) };
    let whole = radius as usize;
    let part = radius - whole as f32;
    let rgb = photo.rgb_mut();
    let mut line = vec![0_f32; length];
    for start in (0..count).flat_map(|i| (0..3).map(move |channel| i * next + channel)) {
        line.iter_mut().enumerate().for_each(|(i, value)| *value = f32::from(rgb[start + i * step]));
        let at = |i: isize| line[i.clamp(0, length as isize - 1) as usize];
        let reach = whole as isize;
        let mut sum: f32 = (-reach..=reach).map(at).sum();
        for i in 0..length as isize {
            let outer = (at(i - reach - 1) + at(i + reach + 1)) * part;
            rgb[start + i as usize * step] = ((sum + outer) / (2.0 * radius + 1.0) + 0.5) as u8;
            sum += at(i + reach + 1) - at(i - reach);
        }
    }
}

/// A bright spot with soft edges, somewhere on the document.
fn glare(photo: &mut Picture, document: &Picture, dice: &mut Dice) {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let (x, y) = (width * dice.between(0.3, 0.7), height * dice.between(0.3, 0.7));
    let radius = document.height() as f32 * dice.between(0.12, 0.2);
    let row = photo.width();
    for (i, pixel) in photo.rgb_mut().chunks_exact_mut(3).enumerate() {
        let distance = (((i % row) as f32 - x) / 1.6).hypot((i / row) as f32 - y) / radius;
        let light = (-distance * distance).exp() * 150.0;
        pixel.iter_mut().for_each(|value| *value = (f32::from(*value) + light).min(255.0) as u8);
    }
}
