//! Lines of text as they stand on a picture, and where they stand to one another.

/// A rectangle in a picture, in pixels from the top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// The left edge.
    pub left: i32,
    /// The upper edge.
    pub top: i32,
    /// The right edge.
    pub right: i32,
    /// The lower edge.
    pub bottom: i32,
}

/// A line of text that was read from a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// Where it stands, upright.
    pub area: Area,
}

/// How far below its label a value may stand, in heights of its line. Two lines of a value fit.
const MOST_BELOW: f32 = 2.2;
/// How far to the right of its label a value may stand.
const MOST_RIGHT: f32 = 10.0;
/// How far a value may begin beside the edge of the label above it, where the two do not overlap.
const MOST_ASIDE: f32 = 1.5;

impl Area {
    /// The height, at least 1.
    fn height(&self) -> f32 {
        (self.bottom - self.top).max(1) as f32
    }

    /// How far this value is from a label, if the label can be its own: it stands to the left on the same row, or above. In heights of a line.
    pub(super) fn distance_from(&self, label: &Self) -> Option<f32> {
        let height = self.height().min(label.height() * 2.0);
        let overlap = self.bottom.min(label.bottom) - self.top.max(label.top);
        let right = (self.left - label.right) as f32 / height;
        if overlap as f32 >= self.height().min(label.height()) / 2.0 {
            return (right > -0.5 && right <= MOST_RIGHT).then_some(right.max(0.0) / 2.0);
        }
        let below = (self.top - label.bottom) as f32 / height;
        let aside = ((label.left - self.right).max(self.left - label.right) as f32 / height).max(0.0);
        let indent = (self.left - label.left).abs() as f32 / height;
        (below > -0.5 && below <= MOST_BELOW && aside <= MOST_ASIDE).then_some(below.max(0.0) + indent * 0.1)
    }

    /// Whether this is the next line of the same value.
    pub(super) fn continues(&self, before: &Self) -> bool {
        let height = self.height();
        let below = (self.top - before.bottom) as f32 / height;
        (-0.5..=0.8).contains(&below) && ((self.left - before.left).abs() as f32) <= height * 1.5
    }

    /// The part of a line from one byte of its text to another. Letters are taken to be of one width.
    pub(super) fn part(&self, text: &str, start: usize, end: usize) -> Self {
        let width = (self.right - self.left) as f32 / text.chars().count().max(1) as f32;
        let at = |byte: usize| self.left + (text[..byte].chars().count() as f32 * width) as i32;
        Self { left: at(start), right: at(end), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Area = Area { left: 100, top: 100, right: 200, bottom: 120 };

    fn at(left: i32, top: i32) -> Area {
        Area { left, top, right: left + 150, bottom: top + 20 }
    }

    #[test]
    fn a_value_stands_beside_or_under_its_label() {
        let distance = |left, top| at(left, top).distance_from(&LABEL);
        assert!(distance(100, 124).is_some_and(|under| distance(100, 150).is_some_and(|lower| under < lower)));
        assert!(distance(220, 102).is_some());
        for (left, top) in [(100, 200), (100, 60), (500, 100), (300, 124), (20, 100)] {
            assert_eq!(distance(left, top), None, "{left} {top}");
        }
    }

    #[test]
    fn a_part_of_a_line_has_its_part_of_the_width() {
        assert_eq!(LABEL.part("ÁBCD EFGHI", 0, 3), Area { right: 120, ..LABEL });
        assert!(at(100, 122).continues(&LABEL) && !at(100, 160).continues(&LABEL) && !at(150, 122).continues(&LABEL));
    }
}
