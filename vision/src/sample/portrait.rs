//! A drawn face, with enough shade and shape that detectors of faces find it, and nobody's.

use super::{
    Dice,
    canvas::{Canvas, Colour},
};

const SKIN: [Colour; 5] = [[241, 205, 177], [222, 176, 140], [190, 140, 104], [141, 96, 66], [98, 64, 45]];
const HAIR: [Colour; 4] = [[30, 24, 22], [70, 44, 28], [120, 84, 48], [150, 150, 150]];
const SHIRT: [Colour; 4] = [[52, 66, 98], [120, 40, 44], [60, 92, 64], [40, 40, 46]];

/// Draws a portrait into an area of the sheet, in millimetres.
pub(super) fn draw(canvas: &mut Canvas, [left, top, width, height]: [f32; 4], dice: &mut Dice) {
    let mut of = |colours: &[Colour]| colours[dice.below(colours.len() as u32) as usize];
    let (skin, hair, shirt) = (of(&SKIN), of(&HAIR), of(&SHIRT));
    let shade = skin.map(|value| (f32::from(value) * 0.82) as u8);
    let light = skin.map(|value| (f32::from(value) * 1.06).min(255.0) as u8);
    canvas.rectangle([left, top, width, height], [214, 220, 226]);
    // Places are parts of the area; sizes are parts of its width.
    let at = |x: f32, y: f32| [left + x * width, top + y * height];
    let size = |x: f32, y: f32| [x * width, y * width];
    let (wide, long) = (dice.between(0.215, 0.245), dice.between(0.30, 0.335));
    let inside = [left, top + 0.72 * height, width, 0.28 * height];
    canvas.paint(inside, shirt, |x, y| {
        let (dx, dy) = ((x - left) / width - 0.5, (y - top) / height - 1.08);
        (1.0 - (dx / 0.46).hypot(dy / 0.32)) * 60.0
    });
    canvas.ellipse(at(0.5, 0.40), size(wide * 1.16, long * 1.12), hair);
    canvas.ellipse(at(0.5, 0.73), size(0.105, 0.2), shade);
    canvas.ellipse(at(0.5 - wide * 0.98, 0.47), size(0.035, 0.065), shade);
    canvas.ellipse(at(0.5 + wide * 0.98, 0.47), size(0.035, 0.065), shade);
    canvas.ellipse(at(0.5, 0.46), size(wide, long), skin);
    canvas.ellipse(at(0.5, 0.40), size(wide * 0.8, long * 0.6), light);
    canvas.ellipse(at(0.5, 0.225), size(wide * 0.93, 0.085), hair);
    for side in [-1.0, 1.0] {
        let x = 0.5 + side * wide * 0.42;
        canvas.ellipse(at(x, 0.425), size(0.062, 0.040), shade);
        canvas.ellipse(at(x, 0.43), size(0.050, 0.026), [240, 238, 234]);
        canvas.ellipse(at(x, 0.43), size(0.024, 0.025), [66, 44, 30]);
        canvas.ellipse(at(x, 0.43), size(0.012, 0.012), [10, 10, 10]);
        canvas.ellipse(at(x, 0.378), size(0.064, 0.012), hair);
        canvas.ellipse(at(0.5 + side * 0.025, 0.555), size(0.014, 0.010), shade.map(|value| value / 2));
    }
    canvas.ellipse(at(0.512, 0.50), size(0.020, 0.085), shade);
    canvas.ellipse(at(0.502, 0.495), size(0.018, 0.085), light);
    canvas.ellipse(at(0.5, 0.54), size(0.042, 0.024), light);
    canvas.ellipse(at(0.5, 0.637), size(0.088, 0.022), [158, 78, 76]);
    canvas.ellipse(at(0.5, 0.634), size(0.076, 0.005), [90, 40, 40]);
    canvas.ellipse(at(0.5, 0.675), size(0.050, 0.008), shade);
}
