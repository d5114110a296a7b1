//! Reads the blocks of one JPEG scan (ITU-T T.81, annexes F and G): of a sequential picture, or of a first or refining pass of a
//! progressive one. It remembers only what is needed to read later passes.

use super::huffman::{Bits, Stop, Table};

/// One component of a scan and the tables it uses there.
pub(super) struct Part<'t> {
    /// Its index in the frame header.
    pub(super) component: usize,
    pub(super) dc: Option<&'t Table>,
    pub(super) ac: Option<&'t Table>,
}

/// Which part of each block a scan sends (T.81, G.1.1.1): all of it, or in a progressive picture one band or one bit.
#[derive(Clone, Copy)]
pub(super) enum Pass {
    Sequential,
    FirstDc { low: u8 },
    RefineDc { low: u8 },
    FirstAc { start: u32, end: u32, low: u8 },
    RefineAc { start: u32, end: u32, low: u8 },
}

impl Pass {
    /// The coefficients that the pass sends, and how many low bits of them later passes still have to send.
    pub(super) fn coefficients(self) -> (std::ops::RangeInclusive<usize>, u8) {
        match self {
            Self::Sequential => (0..=63, 0),
            Self::FirstDc { low } | Self::RefineDc { low } => (0..=0, low),
            Self::FirstAc { start, end, low } | Self::RefineAc { start, end, low } => (start as usize..=end as usize, low),
        }
    }
}

/// A scan, and how far it has been read.
pub(super) struct Scan<'a> {
    pub(super) bits: Bits<'a>,
    pub(super) pass: Pass,
    /// How many more blocks have no new coefficients in this band.
    pub(super) end_of_band_run: u32,
}

impl Scan<'_> {
    /// Reads one block. `nonzero` has a bit for each coefficient that earlier passes set; this pass adds its own.
    pub(super) fn block(&mut self, part: &Part, nonzero: &mut u64) -> Result<(), Stop> {
        match self.pass {
            Pass::Sequential => {
                self.dc(part)?;
                self.first_ac(part, 1, 63, nonzero)
            }
            Pass::FirstDc { .. } => self.dc(part),
            Pass::RefineDc { .. } => self.bits.skip(1),
            Pass::FirstAc { start, end, .. } => self.first_ac(part, start, end, nonzero),
            Pass::RefineAc { start, end, .. } => self.refine_ac(part, start, end, nonzero),
        }
    }

    fn dc(&mut self, part: &Part) -> Result<(), Stop> {
        let size = self.bits.decode(part.dc.ok_or(Stop::Corrupt)?)?;
        if size > 15 {
            return Err(Stop::Corrupt);
        }
        self.bits.skip(size.into())
    }

    /// Reads one code: the length of a run of zeros, and the size of the coefficient after it.
    fn run_and_size(&mut self, part: &Part) -> Result<(u32, u32), Stop> {
        let value = u32::from(self.bits.decode(part.ac.ok_or(Stop::Corrupt)?)?);
        Ok((value >> 4, value & 15))
    }

    /// T.81, F.2.2.2 and G.1.2.2. In a sequential picture an end-of-band code ends only this block.
    fn first_ac(&mut self, part: &Part, start: u32, end: u32, nonzero: &mut u64) -> Result<(), Stop> {
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            return Ok(());
        }
        let mut at = start;
        while at <= end {
            match self.run_and_size(part)? {
                (15, 0) => at += 16,
                (_, 0) if matches!(self.pass, Pass::Sequential) => return Ok(()),
                (run, 0) => {
                    self.end_of_band_run = (1 << run) - 1 + self.bits.take(run)?;
                    return Ok(());
                }
                (run, size) => {
                    at += run;
                    *nonzero |= 1_u64.checked_shl(at).ok_or(Stop::Corrupt)?;
                    self.bits.skip(size)?;
                    at += 1;
                }
            }
        }
        Ok(())
    }

    /// T.81, G.1.2.3: each code skips a run of zeros. Each nonzero coefficient on the way gets one more bit.
    fn refine_ac(&mut self, part: &Part, start: u32, end: u32, nonzero: &mut u64) -> Result<(), Stop> {
        let mut at = start;
        while self.end_of_band_run == 0 && at <= end {
            let (mut run, size) = self.run_and_size(part)?;
            match (run, size) {
                (15, 0) => {}
                (_, 0) => {
                    self.end_of_band_run = (1 << run) + self.bits.take(run)?;
                    break;
                }
                (_, 1) => self.bits.skip(1)?,
                _ => return Err(Stop::Corrupt),
            }
            while at <= end {
                if *nonzero >> at & 1 == 1 {
                    self.bits.skip(1)?;
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                at += 1;
            }
            if size == 1 && at <= end {
                *nonzero |= 1 << at;
            }
            at += 1;
        }
        if self.end_of_band_run > 0 {
            let band = (at..=end).fold(0, |band, at| band | 1_u64 << at);
            self.bits.skip((*nonzero & band).count_ones())?;
            self.end_of_band_run -= 1;
        }
        Ok(())
    }
}
