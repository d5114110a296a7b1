//! A drawn face, with enough shade and shape that detectors of faces find it, and nobody's.

use super::{
    Looks,
    canvas::{Canvas, Colour, SCALE},
    looks::{Beard, Hair},
};

const EYEWHITE: Colour = [240, 238, 234];
const DARK: Colour = [10, 10, 10];
const LASHES: Colour = [40, 28, 24];
/// Rims of glasses.
const RIM: Colour = [24, 24, 28];

/// Draws a portrait into an area of the sheet, in millimetres.
pub(super) fn draw(canvas: &mut Canvas, area: [f32; 4], looks: &Looks) {
    canvas.rectangle(area, [214, 220, 226]);
    let mut sketch = Sketch { canvas, area };
    sketch.body(looks);
    sketch.head(looks);
    if looks.beard != Beard::None {
        sketch.beard(looks);
    }
    for side in [-1.0, 1.0] {
        sketch.eye(looks, side);
    }
    sketch.nose(looks);
    sketch.mouth(looks);
    if let Some(rim) = looks.glasses {
        sketch.glasses(looks, rim);
    }
}

/// So many times as bright.
fn lit(colour: Colour, times: f32) -> Colour {
    colour.map(|value| (f32::from(value) * times).min(255.0) as u8)
}

/// Draws with places as parts of the area's width and height, and sizes as parts of its width.
struct Sketch<'a> {
    canvas: &'a mut Canvas,
    area: [f32; 4],
}

impl Sketch<'_> {
    /// Paints what `part` gives for the distance of each point from the middle of an ellipse, in parts of its radius, and its place; only
    /// within `reach` radii and within the area.
    fn paint(&mut self, at: [f32; 2], radius: [f32; 2], reach: f32, colour: Colour, part: impl Fn(f32, [f32; 2]) -> f32) {
        let [left, top, width, height] = self.area;
        let (x, y, rx, ry) = (left + at[0] * width, top + at[1] * height, radius[0] * width, radius[1] * width);
        let (from, above) = ((x - reach * rx).max(left), (y - reach * ry).max(top));
        let (to, below) = ((x + reach * rx).min(left + width), (y + reach * ry).min(top + height));
        self.canvas.paint([from, above, (to - from).max(0.0), (below - above).max(0.0)], colour, |px, py| {
            part(((px - x) / rx).hypot((py - y) / ry), [(px - left) / width, (py - top) / height])
        });
    }

    /// An ellipse with a sharp edge.
    fn ellipse(&mut self, at: [f32; 2], radius: [f32; 2], colour: Colour) {
        let sharp = radius[0].min(radius[1]) * self.area[2] * SCALE;
        self.paint(at, radius, 1.1, colour, |distance, _| (1.0 - distance) * sharp + 0.5);
    }

    /// One that fades from the middle outwards.
    fn soft(&mut self, at: [f32; 2], radius: [f32; 2], most: f32, colour: Colour) {
        self.paint(at, radius, 1.0, colour, |distance, _| (1.0 - distance) * most);
    }

    fn body(&mut self, looks: &Looks) {
        let ([wide, long], shade) = (looks.head, lit(looks.skin, 0.8));
        if looks.falls == Hair::Long {
            self.ellipse([0.5, 0.5], [wide * 1.35, long * 1.55], looks.hair);
        }
        self.ellipse([0.5, 1.08], [0.46, 0.41], looks.shirt);
        if looks.falls != Hair::None {
            self.ellipse([0.5, 0.40], [wide * 1.16, long * 1.12], looks.hair);
        }
        self.ellipse([0.5, 0.73], [0.105, 0.2], shade);
        for side in [-1.0, 1.0] {
            self.ellipse([0.5 + side * wide * 0.98, 0.47], [0.035, 0.065], shade);
        }
    }

    fn head(&mut self, looks: &Looks) {
        let ([wide, long], shade, light) = (looks.head, lit(looks.skin, 0.8), lit(looks.skin, 1.07));
        self.ellipse([0.5, 0.44], [wide, long * 0.92], looks.skin);
        self.ellipse([0.5, 0.46], [wide * (0.72 + 0.26 * looks.jaw), long], looks.skin);
        self.soft([0.5, 0.38], [wide * 0.8, long * 0.6], 0.9, light);
        for side in [-1.0, 1.0] {
            self.soft([0.5 + side * wide * 0.6, 0.56], [wide * 0.32, long * 0.42], 0.6, shade);
        }
        match looks.falls {
            Hair::Short => self.ellipse([0.5, 0.225], [wide * 0.93, 0.085], looks.hair),
            Hair::Parted => self.ellipse([0.44, 0.25], [wide * 0.9, 0.11], looks.hair),
            Hair::Long => self.ellipse([0.5, 0.235], [wide * 1.05, 0.11], looks.hair),
            Hair::None => self.soft([0.5, 0.29], [wide * 0.5, 0.06], 1.0, light),
        }
    }

    fn beard(&mut self, looks: &Looks) {
        let ([wide, long], [mouth, _, low]) = (looks.head, looks.mouth);
        let (above, most) = if looks.beard == Beard::Full { (0.60, 0.92) } else { (0.585, 0.45) };
        if looks.beard != Beard::Moustache {
            let radius = [wide * (0.74 + 0.26 * looks.jaw), long * 1.02];
            self.paint([0.5, 0.46], radius, 1.1, looks.hair, |distance, [_, y]| {
                ((1.0 - distance) * 80.0).clamp(0.0, 1.0) * ((y - above) * 60.0).clamp(0.0, 1.0) * most
            });
        }
        self.ellipse([0.5, low - 0.035], [mouth * 1.05, 0.016], looks.hair);
    }

    fn eye(&mut self, looks: &Looks, side: f32) {
        let ([apart, y], [wide, high], [thick, above, slant]) = (looks.eyes, looks.eye, looks.brow);
        let (x, shade) = (0.5 + side * looks.head[0] * apart, lit(looks.skin, 0.8));
        self.soft([x, y - 0.004], [wide * 1.3, high * 1.9], 1.3, shade);
        self.ellipse([x, y], [wide, high], EYEWHITE);
        let iris = high.min(0.026);
        self.ellipse([x, y], [iris, iris], looks.iris);
        self.ellipse([x, y], [iris / 2.0, iris / 2.0], DARK);
        self.ellipse([x + 0.006, y - 0.004], [0.004, 0.004], [250, 250, 250]);
        // The upper lid: the upper half of the rim.
        let sharp = self.area[2] * SCALE;
        self.paint([x, y], [wide, high], 1.5, LASHES, |distance, at| if at[1] < y { (0.0035 - (1.0 - distance).abs() * high) * sharp + 0.5 } else { 0.0 });
        let (brow, ratio) = (y - above, self.area[3] / self.area[2]);
        self.paint([x, brow], [wide * 1.25, thick * 4.0], 1.0, lit(looks.hair, 0.8), |_, [px, py]| {
            let from_line = (py - brow + side * (px - x) * slant) * ratio / thick;
            (1.0 - ((px - x) / (wide * 1.25)).hypot(from_line)) * thick * sharp + 0.5
        });
        if looks.old {
            self.ellipse([0.5 + side * (looks.nose[0] + 0.045), 0.60], [0.006, 0.05], lit(shade, 0.9));
            self.ellipse([x, y + 0.045], [wide * 0.9, 0.004], shade);
        }
    }

    fn nose(&mut self, looks: &Looks) {
        let ([wide, tip, bridge], shade, light) = (looks.nose, lit(looks.skin, 0.8), lit(looks.skin, 1.07));
        self.soft([0.5 + bridge, 0.485], [0.014, 0.08], 0.9, shade);
        self.soft([0.5, 0.48], [bridge, 0.085], 0.8, light);
        self.soft([0.5, tip], [wide, 0.028], 0.7, shade);
        self.soft([0.5, tip - 0.006], [wide * 0.6, 0.02], 1.0, light);
        for side in [-1.0, 1.0] {
            self.ellipse([0.5 + side * wide * 0.55, tip + 0.012], [wide * 0.28, 0.009], lit(shade, 0.5));
        }
    }

    fn mouth(&mut self, looks: &Looks) {
        let [wide, high, y] = looks.mouth;
        let lip = std::array::from_fn(|i| (f32::from([158_u8, 78, 76][i]) * looks.red + f32::from(looks.skin[i]) * 0.6 * (1.0 - looks.red)) as u8);
        self.ellipse([0.5, y], [wide, high], lip);
        self.ellipse([0.5, y - 0.002], [wide * 0.9, 0.0045], lit(lip, 0.5));
        self.soft([0.5, y + 0.045], [0.05, 0.009], 1.25, lit(looks.skin, 0.8));
    }

    fn glasses(&mut self, looks: &Looks, rim: f32) {
        let ([apart, y], [wide, _]) = (looks.eyes, looks.eye);
        let (x, sharp, radius) = (looks.head[0] * apart, self.area[2] * SCALE, [wide * 1.5, wide * 1.2]);
        for side in [-1.0, 1.0] {
            self.paint([0.5 + side * x, y + 0.006], radius, 1.2, RIM, |distance, _| (rim - (1.0 - distance).abs() * radius[1]) * sharp + 0.5);
        }
        self.ellipse([0.5, y], [x - wide * 1.4, rim * 0.9], RIM);
    }
}
