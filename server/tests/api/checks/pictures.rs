//! Pictures made from a seed, for the figures of `shared::quality`: documents on a table, scenes and pages, and each fault put into them.

/// A picture in brightness.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<f32>,
}

/// splitmix64.
pub struct Seed(pub u64);

impl Seed {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

impl Picture {
    pub fn even(width: usize, height: usize, level: f32) -> Self {
        Self { width, height, pixels: vec![level; width * height] }
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.pixels.iter().map(|pixel| pixel.round().clamp(0.0, 255.0) as u8).collect()
    }

    fn each(mut self, mut change: impl FnMut(f32, f32, f32) -> f32) -> Self {
        for (at, pixel) in self.pixels.iter_mut().enumerate() {
            *pixel = change((at % self.width) as f32, (at / self.width) as f32, *pixel);
        }
        self
    }

    /// Light that falls from one side, and the noise of a camera.
    fn lit(self, seed: &mut Seed, most_noise: f32) -> Self {
        let (across, down) = (seed.between(-0.12, 0.12), seed.between(-0.12, 0.12));
        let (width, height) = (self.width as f32, self.height as f32);
        let noise = seed.between(1.0, most_noise);
        self.each(|x, y, pixel| {
            let light = 1.0 + across * (x / width - 0.5) + down * (y / height - 0.5);
            (pixel * light + seed.between(-noise, noise)).clamp(0.0, 255.0)
        })
    }
}

/// A card with writing and a portrait. Its middle is at this place, in parts of the picture.
fn card(seed: &mut Seed, table: Picture, middle: (f32, f32), size: f32) -> Picture {
    let (width, height) = (table.width as f32, table.height as f32);
    let (half, turn, paper, ink) = (width * size / 2.0, seed.between(-0.14, 0.14), seed.between(175.0, 238.0), seed.between(15.0, 70.0));
    let half_height = half * seed.between(0.6, 0.7);
    let portrait = (-half * 0.9, -half_height * 0.5, half * 0.55, half_height * 1.1);
    // Each line of writing is strokes, most of them upright, a few pixels wide.
    let line = half_height * seed.between(0.13, 0.2);
    let stroke = seed.between(1.6, 3.2) * width / 800.0 + 0.8;
    let marks: Vec<bool> = (0..4_000).map(|_| seed.below(100) < 46).collect();
    let (sin, cos) = turn.sin_cos();
    table.each(|x, y, below| {
        let (dx, dy) = (x - middle.0 * width, y - middle.1 * height);
        let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
        if u.abs() > half || v.abs() > half_height {
            return below;
        }
        let (pu, pv) = (u - portrait.0, v - portrait.1);
        if pu > 0.0 && pv > 0.0 && pu < portrait.2 && pv < portrait.3 {
            let face = ((pu / portrait.2 - 0.5).powi(2) * 2.2 + (pv / portrait.3 - 0.45).powi(2) * 1.6).sqrt();
            return if face < 0.45 { paper * 0.72 - face * 60.0 } else { paper * 0.45 };
        }
        let is_margin = u.abs() > half * 0.93 || v.abs() > half_height * 0.88 || (u < portrait.0 + portrait.2 * 1.1);
        let row = ((v + half_height) / line).floor();
        let in_row = (v + half_height) / line - row;
        if is_margin || in_row > 0.55 {
            return paper;
        }
        let mark = ((u + half) / stroke) as usize + row as usize * 331;
        if marks[mark % marks.len()] { ink } else { paper }
    })
}

/// A table to lay a document on, darker than paper.
fn table(seed: &mut Seed) -> Picture {
    let (long, short) = (560 + seed.below(360), 420 + seed.below(200));
    let (width, height) = if seed.below(4) == 0 { (short, long) } else { (long, short.min(long)) };
    let (level, grain, pitch) = (seed.between(25.0, 125.0), seed.between(0.0, 7.0), seed.between(3.0, 30.0));
    Picture::even(width, height, level).each(|x, y, level| level + grain * ((x + y * 0.2) / pitch).sin())
}

/// A document that is in the picture as a whole.
pub fn document(seed: &mut Seed) -> Picture {
    let table = table(seed);
    let size = seed.between(0.6, 0.78) * (table.height as f32 / table.width as f32 * 1.25).min(1.0);
    let middle = (seed.between(0.48, 0.52), seed.between(0.47, 0.53));
    card(seed, table, middle, size).lit(seed, 5.0)
}

/// A page of writing that fills the picture.
pub fn page(seed: &mut Seed) -> Picture {
    let (width, height) = (480 + seed.below(240), 640 + seed.below(240));
    let paper = seed.between(205.0, 255.0);
    let page = Picture::even(width, height, paper);
    let (line, stroke) = (seed.between(11.0, 20.0), seed.between(1.7, 3.0));
    let marks: Vec<bool> = (0..4_000).map(|_| seed.below(100) < 40).collect();
    let page = page.each(|x, y, paper| {
        let row = (y / line).floor();
        let is_margin = x < width as f32 * 0.08 || x > width as f32 * 0.92 || y < height as f32 * 0.06 || y > height as f32 * 0.94;
        let is_written = !is_margin && y / line - row < 0.5 && marks[((x / stroke) as usize + row as usize * 517) % marks.len()];
        if is_written { 40.0 } else { paper }
    });
    if seed.below(2) == 0 { page } else { page.lit(seed, 4.0) }
}

/// Shapes before one another, as a room with people in it.
pub fn scene(seed: &mut Seed) -> Picture {
    let (width, height) = (480 + seed.below(300), 480 + seed.below(300));
    let mut scene = Picture::even(width, height, seed.between(90.0, 210.0));
    for _ in 0..24 {
        let (mx, my) = (seed.between(0.0, width as f32), seed.between(0.0, height as f32));
        let (rx, ry) = (seed.between(15.0, width as f32 / 3.0), seed.between(15.0, height as f32 / 3.0));
        let (level, slope) = (seed.between(20.0, 240.0), seed.between(-0.2, 0.2));
        let is_round = seed.below(3) > 0;
        scene = scene.each(|x, y, below| {
            let (u, v) = ((x - mx) / rx, (y - my) / ry);
            let is_inside = if is_round { u * u + v * v < 1.0 } else { u.abs() < 1.0 && v.abs() < 1.0 };
            if is_inside { (level + slope * (x - mx)).min(235.0) } else { below }
        });
    }
    scene.lit(seed, 6.0)
}

/// A slope of brightness with noise.
pub fn slope(seed: &mut Seed) -> Picture {
    let (a, b) = (seed.between(0.0, 0.25), seed.between(0.05, 0.2));
    Picture::even(500 + seed.below(400), 500 + seed.below(400), 30.0).each(|x, y, level| level + x * a + y * b).lit(seed, 8.0)
}

/// Out of focus, or moved.
pub fn blurred(picture: Picture, seed: &mut Seed) -> Picture {
    let long = picture.width.max(picture.height) as f32;
    let noise = seed.between(0.5, 3.0);
    let soft = if seed.below(3) == 0 {
        let (length, angle) = (long * seed.between(0.022, 0.05), seed.between(0.0, std::f32::consts::PI));
        moved(&picture, length, angle)
    } else {
        let radius = (long * seed.between(0.0085, 0.022)) as usize;
        (0..2).fold(picture, |picture, _| boxed(&boxed(&picture, radius, true), radius, false))
    };
    soft.each(|_, _, pixel| pixel + seed.between(-noise, noise))
}

fn moved(picture: &Picture, length: f32, angle: f32) -> Picture {
    let steps = length.ceil() as i32;
    let mut sum = Picture::even(picture.width, picture.height, 0.0);
    for step in 0..steps {
        let by = step as f32 - length / 2.0;
        let (dx, dy) = ((angle.cos() * by).round() as isize, (angle.sin() * by).round() as isize);
        for y in 0..picture.height {
            let from = y.saturating_add_signed(dy).min(picture.height - 1) * picture.width;
            for x in 0..picture.width {
                sum.pixels[y * picture.width + x] += picture.pixels[from + x.saturating_add_signed(dx).min(picture.width - 1)] / steps as f32;
            }
        }
    }
    sum
}

fn boxed(picture: &Picture, radius: usize, across: bool) -> Picture {
    let mut done = picture.clone();
    let (lines, length) = if across { (picture.height, picture.width) } else { (picture.width, picture.height) };
    for line in 0..lines {
        let place = |at: usize| if across { line * picture.width + at } else { at * picture.width + line };
        let value = |at: isize| picture.pixels[place(at.clamp(0, length as isize - 1) as usize)];
        let span = radius as isize;
        let mut sum: f32 = (-span..=span).map(value).sum();
        for at in 0..length {
            done.pixels[place(at)] = sum / (2 * span + 1) as f32;
            sum += value(at as isize + span + 1) - value(at as isize - span);
        }
    }
    done
}

/// Taken with too little light.
pub fn dark(picture: Picture, seed: &mut Seed) -> Picture {
    let (light, noise) = (seed.between(0.05, 0.26), seed.between(0.5, 4.0));
    picture.each(|_, _, pixel| pixel * light + seed.between(0.0, noise))
}

/// A lamp that is mirrored in it.
pub fn with_glare(picture: Picture, seed: &mut Seed) -> Picture {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let (mx, my) = (width * seed.between(0.3, 0.7), height * seed.between(0.35, 0.65));
    let (radius, flat) = (width.min(height) * seed.between(0.08, 0.19), seed.between(0.6, 1.4));
    let soft = seed.between(0.7, 1.7);
    picture.each(|x, y, pixel| {
        let far = (((x - mx) / radius).powi(2) + ((y - my) / radius * flat).powi(2)).sqrt();
        pixel + (255.0 * (1.0 + soft - far) / soft).clamp(0.0, 330.0)
    })
}

/// A document of which a part is outside the picture.
pub fn cut_off(seed: &mut Seed) -> Picture {
    let table = table(seed);
    let size = seed.between(0.6, 0.85) * (table.height as f32 / table.width as f32 * 1.25).min(1.0);
    let (height, width) = (size * 0.65 * table.width as f32 / table.height as f32, size);
    // So far outside that between an eighth and a half of the card is lost on that side.
    let lost = seed.between(0.12, 0.5);
    let (far_x, far_y) = (width * (0.5 - lost), height * (0.5 - lost));
    let middle = match seed.below(4) {
        0 => (far_x, 0.5),
        1 => (1.0 - far_x, 0.5),
        2 => (0.5, far_y),
        _ => (0.5, 1.0 - far_y),
    };
    card(seed, table, middle, size).lit(seed, 5.0)
}
