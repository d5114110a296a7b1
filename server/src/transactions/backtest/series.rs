//! Values in the order of their moments, in chunks that know what their values come to together. So what falls into a window is found
//! without going through all of it: adding, removing and asking take about as many steps as the square root of the number of values.

/// The most values of a chunk.
const MOST: usize = 512;

/// When a transaction happened, in microseconds, and its number in the order of arrival. No two have the same.
pub type Place = (i64, i64);

/// What the values of a chunk come to together.
pub trait Whole: Default + std::fmt::Debug {
    /// A value.
    type Value: Copy + std::fmt::Debug;

    /// Adds a value.
    fn add(&mut self, value: Self::Value);

    /// Removes a value that was added. These are left.
    fn remove(&mut self, value: Self::Value, left: &[(Place, Self::Value)]);
}

#[derive(Debug)]
struct Chunk<W: Whole> {
    values: Vec<(Place, W::Value)>,
    whole: W,
}

impl<W: Whole> Chunk<W> {
    fn of(values: Vec<(Place, W::Value)>) -> Self {
        let mut whole = W::default();
        values.iter().for_each(|(_, value)| whole.add(*value));
        Self { values, whole }
    }
}

/// The values.
#[derive(Debug)]
pub struct Series<W: Whole> {
    /// None is empty.
    chunks: Vec<Chunk<W>>,
}

impl<W: Whole> Default for Series<W> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<W: Whole> Series<W> {
    /// The chunk in which a place is, or would be.
    fn chunk_of(&self, place: Place) -> usize {
        self.chunks.partition_point(|chunk| chunk.values[0].0 <= place).saturating_sub(1)
    }

    /// Adds a value.
    pub fn insert(&mut self, place: Place, value: W::Value) {
        let at = self.chunk_of(place);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Chunk::of(vec![(place, value)]));
            return;
        };
        let within = chunk.values.partition_point(|(other, _)| *other < place);
        chunk.values.insert(within, (place, value));
        chunk.whole.add(value);
        if chunk.values.len() > MOST {
            let upper = chunk.values.split_off(MOST / 2);
            *chunk = Chunk::of(std::mem::take(&mut chunk.values));
            self.chunks.insert(at + 1, Chunk::of(upper));
        }
    }

    /// Removes a value, if it is there.
    pub fn remove(&mut self, place: Place) {
        let at = self.chunk_of(place);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let Ok(within) = chunk.values.binary_search_by_key(&place, |(other, _)| *other) else { return };
        let (_, value) = chunk.values.remove(within);
        chunk.whole.remove(value, &chunk.values);
        if chunk.values.is_empty() {
            self.chunks.remove(at);
        }
    }

    /// Goes through what is after `since` and up to `until`: whole chunks, and single values at the ends.
    pub fn within(&self, since: i64, until: i64, mut each: impl FnMut(Part<'_, W>)) {
        let (first, last) = ((since, i64::MAX), (until, i64::MAX));
        for chunk in &self.chunks[self.chunk_of(first)..] {
            let (begins, ends) = (chunk.values[0].0, chunk.values[chunk.values.len() - 1].0);
            if begins > last {
                break;
            }
            if begins > first && ends <= last {
                each(Part::Whole(&chunk.whole));
                continue;
            }
            let from = chunk.values.partition_point(|(place, _)| *place <= first);
            let to = chunk.values.partition_point(|(place, _)| *place <= last);
            chunk.values[from..to.max(from)].iter().for_each(|(_, value)| each(Part::Single(*value)));
        }
    }
}

/// A part of what falls into a window.
pub enum Part<'s, W: Whole> {
    /// A chunk.
    Whole(&'s W),
    /// One value.
    Single(W::Value),
}

/// Amounts: how many, their sum, and the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
    /// The largest.
    pub max: Option<i64>,
}

impl Amounts {
    /// Adds what a part comes to.
    pub fn take(&mut self, part: &Part<'_, Self>) {
        match part {
            Part::Whole(other) => {
                self.count += other.count;
                self.sum += other.sum;
                self.max = self.max.max(other.max);
            }
            Part::Single(amount) => self.add(*amount),
        }
    }
}

impl Whole for Amounts {
    type Value = i64;

    fn add(&mut self, amount: i64) {
        self.count += 1;
        self.sum += i128::from(amount);
        self.max = self.max.max(Some(amount));
    }

    fn remove(&mut self, amount: i64, left: &[(Place, i64)]) {
        self.count -= 1;
        self.sum -= i128::from(amount);
        if self.max == Some(amount) {
            self.max = left.iter().map(|(_, amount)| *amount).max();
        }
    }
}

/// For each transaction the moment at which the one before with the same value happened, in order.
#[derive(Clone, Debug, Default)]
pub struct Before(Vec<i64>);

impl Before {
    /// How many of a part had none since this moment: so many different values it adds to a window that begins there.
    pub fn new_since(part: &Part<'_, Self>, since: i64) -> u64 {
        match part {
            Part::Whole(Self(moments)) => moments.partition_point(|before| *before <= since) as u64,
            Part::Single(before) => u64::from(*before <= since),
        }
    }
}

impl Whole for Before {
    type Value = i64;

    fn add(&mut self, before: i64) {
        self.0.insert(self.0.partition_point(|other| *other < before), before);
    }

    fn remove(&mut self, before: i64, _left: &[(Place, i64)]) {
        if let Ok(at) = self.0.binary_search(&before) {
            self.0.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn windows_come_to_what_going_through_all_comes_to(steps in proptest::collection::vec((0_i64..4_000, 0_i64..50, 0_u8..5), 1..3_000)) {
            let (mut series, mut plain) = (Series::<Amounts>::default(), BTreeMap::new());
            for (arrival, (at, amount, kind)) in (0_i64..).zip(steps) {
                if kind == 0 && let Some((place, _)) = plain.range((at, 0)..).next().map(|(place, amount)| (*place, *amount)) {
                    plain.remove(&place);
                    series.remove(place);
                } else {
                    plain.insert((at, arrival), amount);
                    series.insert((at, arrival), amount);
                }
                if arrival % 16 == 0 {
                    let (since, until) = (at - amount * 40, at + amount);
                    let mut amounts = Amounts::default();
                    series.within(since, until, |part| amounts.take(&part));
                    let mut expected = Amounts::default();
                    plain.iter().filter(|((at, _), _)| *at > since && *at <= until).for_each(|(_, amount)| expected.add(*amount));
                    prop_assert_eq!(amounts, expected);
                }
            }
        }
    }
}
