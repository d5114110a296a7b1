//! Follows a JPEG's scans block by block without making pixels (ITU-T T.81, annexes F and G). Decoders fill missing
//! data with grey and say nothing, so this is what tells an upload that was cut short from a whole one; it also finds
//! the exact byte where a picture ends.

use super::huffman::{Bits, Stop, Table};
use super::{Fault, check_size};

const DAMAGED: Fault = Fault::BadImage("its pixel data is damaged");
const BAD_FRAME: Fault = Fault::BadImage("its frame header is malformed");
const BAD_SCAN: Fault = Fault::BadImage("a scan header is malformed");
/// The precision of a coefficient of which nothing has come yet.
const UNSENT: u8 = u8::MAX;

/// The Huffman tables and the restart interval in force.
#[derive(Default)]
pub(super) struct Tables {
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    restart_every: u32,
}

impl Tables {
    /// Takes in the body of a DHT segment.
    pub(super) fn define_huffman(&mut self, mut body: &[u8]) -> Result<(), Fault> {
        const BAD: Fault = Fault::BadImage("a Huffman table is malformed");
        while let Some((&place, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(BAD)?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (values, rest) = rest.split_at_checked(total).ok_or(BAD)?;
            let tables = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(place & 15)).ok_or(BAD)? = Some(Table::new(counts, values).ok_or(BAD)?);
            body = rest;
        }
        Ok(())
    }

    /// Takes in the body of a DRI segment.
    pub(super) fn define_restart(&mut self, body: &[u8]) -> Result<(), Fault> {
        let interval = body.first_chunk().ok_or(Fault::BadImage("its restart interval is malformed"))?;
        self.restart_every = u16::from_be_bytes(*interval).into();
        Ok(())
    }
}

struct Component {
    id: u8,
    /// Blocks across and down in an interleaved unit.
    across: u32,
    down: u32,
    /// For each coefficient, how many low bits are still to come.
    missing_bits: [u8; 64],
    /// For each block, which coefficients are not zero; later scans send one bit for each of them.
    nonzero: Vec<u64>,
}

/// The frame header, and how much of the picture the scans have brought so far.
pub(super) struct Frame {
    /// Width in pixels.
    pub(super) width: u32,
    /// Height in pixels.
    pub(super) height: u32,
    progressive: bool,
    /// The largest of the components' `across` and `down`.
    across: u32,
    down: u32,
    components: Vec<Component>,
}

impl Frame {
    /// Reads the body of a SOF segment and checks the picture's size.
    pub(super) fn parse(body: &[u8], progressive: bool) -> Result<Self, Fault> {
        let (&[precision, y1, y0, x1, x0, count], rest) = body.split_first_chunk().ok_or(BAD_FRAME)?;
        let (width, height) = (u16::from_be_bytes([x1, x0]).into(), u16::from_be_bytes([y1, y0]).into());
        check_size(width, height)?;
        if precision != 8 {
            return Err(Fault::BadImage("it has more than 8 bits a sample"));
        }
        if !matches!(count, 1..=4) || rest.len() < usize::from(count) * 3 {
            return Err(BAD_FRAME);
        }
        let mut frame = Self { width, height, progressive, across: 1, down: 1, components: Vec::new() };
        for part in rest.chunks_exact(3).take(count.into()) {
            let (id, across, down) = (part[0], u32::from(part[1] >> 4), u32::from(part[1] & 15));
            if !matches!((across, down), (1..=4, 1..=4)) {
                return Err(BAD_FRAME);
            }
            (frame.across, frame.down) = (frame.across.max(across), frame.down.max(down));
            frame.components.push(Component { id, across, down, missing_bits: [UNSENT; 64], nonzero: Vec::new() });
        }
        Ok(frame)
    }

    /// Whether every bit of every coefficient has come.
    pub(super) fn is_whole(&self) -> bool {
        self.components.iter().all(|component| component.missing_bits == [0; 64])
    }

    /// Whether there is something to show of every component. Enough where the file itself says that it ends there.
    pub(super) fn is_viewable(&self) -> bool {
        self.components.iter().all(|component| component.missing_bits[0] != UNSENT)
    }

    /// Units across and down in a scan of several components.
    fn units(&self) -> (u32, u32) {
        (self.width.div_ceil(8 * self.across), self.height.div_ceil(8 * self.down))
    }

    /// Follows one scan, given the body of its SOS segment and the data after it.
    ///
    /// Returns how many bytes of `data` the scan takes.
    pub(super) fn follow(&mut self, tables: &Tables, header: &[u8], data: &[u8]) -> Result<usize, Fault> {
        let parts = self.scan_parts(tables, header)?;
        let mut scan = Scan { bits: Bits::new(data), pass: self.pass(header, parts.len())?, end_of_band_run: 0 };
        self.walk(&mut scan, &parts, tables.restart_every).map_err(|stop| match stop {
            Stop::Dry => Fault::Truncated,
            Stop::Corrupt => DAMAGED,
        })?;
        let (coefficients, low) = scan.pass.brings();
        for part in &parts {
            self.components[part.component].missing_bits[coefficients.clone()].fill(low);
        }
        Ok(scan.bits.bytes_read())
    }

    fn scan_parts<'t>(&self, tables: &'t Tables, header: &[u8]) -> Result<Vec<Part<'t>>, Fault> {
        let (&count, rest) = header.split_first().ok_or(BAD_SCAN)?;
        if !matches!(count, 1..=4) || rest.len() < usize::from(count) * 2 + 3 {
            return Err(BAD_SCAN);
        }
        let part = |pair: &[u8]| {
            let component = self.components.iter().position(|component| component.id == pair[0]).ok_or(BAD_SCAN)?;
            let table = |tables: &'t [Option<Table>; 4], place: u8| tables.get(usize::from(place))?.as_ref();
            Ok(Part { component, dc: table(&tables.dc, pair[1] >> 4), ac: table(&tables.ac, pair[1] & 15) })
        };
        rest.chunks_exact(2).take(count.into()).map(part).collect()
    }

    fn pass(&self, header: &[u8], parts: usize) -> Result<Pass, Fault> {
        let [.., start, end, precision] = *header else { return Err(BAD_SCAN) };
        let (high, low) = (precision >> 4, precision & 15);
        match (self.progressive, start, end) {
            (false, ..) => Ok(Pass::Sequential),
            (true, 0, 0) => Ok(if high == 0 { Pass::FirstDc { low } } else { Pass::RefineDc { low } }),
            (true, 1..=63, 1..=63) if start <= end && parts == 1 => {
                let (start, end) = (start.into(), end.into());
                Ok(if high == 0 { Pass::FirstAc { start, end, low } } else { Pass::RefineAc { start, end, low } })
            }
            _ => Err(BAD_SCAN),
        }
    }

    fn walk(&mut self, scan: &mut Scan, parts: &[Part], restart_every: u32) -> Result<(), Stop> {
        let (units_across, units_down) = self.units();
        let (mut columns, mut rows) = (units_across, units_down);
        let alone = parts.len() == 1;
        if alone {
            let component = &self.components[parts[0].component];
            columns = (self.width * component.across).div_ceil(8 * self.across);
            rows = (self.height * component.down).div_ceil(8 * self.down);
        }
        let bands = matches!(scan.pass, Pass::FirstAc { .. } | Pass::RefineAc { .. });
        if bands {
            let component = &mut self.components[parts[0].component];
            let blocks = units_across * component.across * units_down * component.down;
            component.nonzero.resize(blocks as usize, 0);
        }
        for unit in 0..columns * rows {
            if restart_every > 0 && unit > 0 && unit % restart_every == 0 {
                scan.bits.restart((unit / restart_every - 1) as u8 & 7)?;
                scan.end_of_band_run = 0;
            }
            for part in parts {
                let component = &mut self.components[part.component];
                let blocks = if alone { 1 } else { component.across * component.down };
                for _ in 0..blocks {
                    // Only bands need to know the block, and they come alone, in order.
                    let mut unused = 0;
                    let nonzero = if bands { &mut component.nonzero[unit as usize] } else { &mut unused };
                    scan.block(part, nonzero)?;
                }
            }
        }
        Ok(())
    }
}

/// One component of a scan and the tables it uses there.
struct Part<'t> {
    component: usize,
    dc: Option<&'t Table>,
    ac: Option<&'t Table>,
}

/// What a scan brings of each block (T.81, G.1.1.1): all of it, or in a progressive picture one band or one bit.
#[derive(Clone, Copy)]
enum Pass {
    Sequential,
    FirstDc { low: u8 },
    RefineDc { low: u8 },
    FirstAc { start: u32, end: u32, low: u8 },
    RefineAc { start: u32, end: u32, low: u8 },
}

impl Pass {
    /// The coefficients that it brings, and how many low bits they still lack.
    fn brings(self) -> (std::ops::RangeInclusive<usize>, u8) {
        match self {
            Self::Sequential => (0..=63, 0),
            Self::FirstDc { low } | Self::RefineDc { low } => (0..=0, low),
            Self::FirstAc { start, end, low } | Self::RefineAc { start, end, low } => (start as usize..=end as usize, low),
        }
    }
}

struct Scan<'a> {
    bits: Bits<'a>,
    pass: Pass,
    /// How many more blocks bring nothing new in this band.
    end_of_band_run: u32,
}

impl Scan<'_> {
    fn block(&mut self, part: &Part, nonzero: &mut u64) -> Result<(), Stop> {
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

    /// Zero run and size of the next coefficient, from one code.
    fn run_and_size(&mut self, part: &Part) -> Result<(u32, u32), Stop> {
        let value = u32::from(self.bits.decode(part.ac.ok_or(Stop::Corrupt)?)?);
        Ok((value >> 4, value & 15))
    }

    /// T.81, F.2.2.2 and G.1.2.2; in a sequential picture the run of ended bands is always this block alone.
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

    /// T.81, G.1.2.3: each code skips over a run of zeros, and what is not zero on the way gets one more bit.
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
