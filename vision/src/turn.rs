//! Quarters of a turn, clockwise: how a picture lies on its side.

use serde::{Deserialize, Serialize};

use crate::Point;

/// How far something is turned, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Turn {
    /// Not at all.
    #[default]
    None,
    /// By 90°.
    Quarter,
    /// By 180°.
    Half,
    /// By 270°.
    ThreeQuarters,
}

impl Turn {
    /// Where a point of a turned picture, of this width and height, was before the turn.
    #[must_use]
    pub fn back(self, Point { x, y }: Point, width: f32, height: f32) -> Point {
        match self {
            Self::None => Point { x, y },
            Self::Quarter => Point { x: y, y: width - x },
            Self::Half => Point { x: width - x, y: height - y },
            Self::ThreeQuarters => Point { x: height - y, y: x },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Picture;

    #[test]
    fn back_is_where_the_pixel_was() {
        let picture = Picture::from_fn(5, 3, |x, y| [x as u8, y as u8, 0]);
        for turn in [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters] {
            let turned = picture.turned(turn);
            let was = turn.back(Point { x: 0.5, y: 1.5 }, turned.width() as f32, turned.height() as f32);
            assert_eq!(picture.pixel(was.x as usize, was.y as usize), turned.pixel(0, 1), "{turn:?}");
        }
    }
}
