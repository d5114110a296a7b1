//! A plane of brightness that knows where its pixels were in the picture: made smaller, and turned by an angle.

use crate::{Picture, Point};

pub(super) struct Plane {
    pub luma: Vec<u8>,
    pub width: usize,
    pub height: usize,
    /// Pixels of the picture to one of the plane.
    scale: f32,
    /// Sine and cosine of how far it was turned.
    turned: (f32, f32),
}

impl Plane {
    /// The brightness of a picture that was made smaller by this scale.
    pub(super) fn of(picture: &Picture, scale: f32) -> Self {
        Self { luma: picture.luma(), width: picture.width(), height: picture.height(), scale, turned: (0.0, 1.0) }
    }

    /// The plane turned clockwise around its middle, in degrees; what leaves it at the corners is lost.
    pub(super) fn turned(&self, degrees: f32) -> Self {
        let mut turned = Self { luma: Vec::with_capacity(self.luma.len()), turned: degrees.to_radians().sin_cos(), ..*self };
        for y in 0..self.height {
            for x in 0..self.width {
                let from = turned.before(Point { x: x as f32 + 0.5, y: y as f32 + 0.5 });
                turned.luma.push(self.between(from));
            }
        }
        turned
    }

    /// Where a point was before the turn.
    fn before(&self, point: Point) -> Point {
        let (sin, cos) = self.turned;
        let (middle_x, middle_y) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let (x, y) = (point.x - middle_x, point.y - middle_y);
        Point { x: middle_x + x * cos + y * sin, y: middle_y + y * cos - x * sin }
    }

    /// Where a point is in the picture.
    pub(super) fn back(&self, point: Point) -> Point {
        let Point { x, y } = self.before(point);
        Point { x: x * self.scale, y: y * self.scale }
    }

    /// The brightness between four pixels; white outside.
    fn between(&self, point: Point) -> u8 {
        let (x, y) = (point.x - 0.5, point.y - 0.5);
        if x < 0.0 || y < 0.0 || x >= (self.width - 1) as f32 || y >= (self.height - 1) as f32 {
            return u8::MAX;
        }
        let at = y as usize * self.width + x as usize;
        let (right, below) = (x.fract(), y.fract());
        let row = |at: usize| f32::from(self.luma[at]) + (f32::from(self.luma[at + 1]) - f32::from(self.luma[at])) * right;
        let (upper, lower) = (row(at), row(at + self.width));
        (upper + (lower - upper) * below + 0.5) as u8
    }
}
