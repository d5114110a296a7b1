//! Reads the scans of a JPEG without decoding pixels (ITU-T T.81, annexes A and B). Decoders fill missing data with grey and report no
//! error, so only this finds out that an upload was cut off. It also finds the exact byte where a picture ends.

use super::fault::{Fault, check_size};
use super::huffman::{Bits, Stop, Table};
use super::memory;
use super::scan::{Part, Pass, Scan};
use super::standard;

const DAMAGED: Fault = Fault::BadImage("its pixel data is damaged");
const BAD_FRAME: Fault = Fault::BadImage("its frame header is malformed");
const BAD_SCAN: Fault = Fault::BadImage("a scan header is malformed");
/// The most work of all scans: for each block that a scan passes its coefficients, and eight for the block itself. An encoder's ten scans over
/// 50 megapixels without subsampling are two thirds of it; a core needs about two seconds for it.
const MAX_WORK: u64 = 640_000_000;
/// The value of `missing_bits` for a coefficient of which no scan has sent any bit yet.
const UNSENT: u8 = u8::MAX;

/// The Huffman tables and the restart interval that apply to the next scan.
#[derive(Default)]
pub(super) struct Tables {
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    restart_every: u32,
}

impl Tables {
    /// Reads the body of a DHT segment.
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

    /// Defines the tables that the scan with this header uses and the file leaves out, as decoders do. Returns the body of the DHT
    /// segment that does so; empty if no table is missing.
    pub(super) fn put_standard_in(&mut self, header: &[u8]) -> Result<Vec<u8>, Fault> {
        let (&count, rest) = header.split_first().ok_or(BAD_SCAN)?;
        let mut added = Vec::new();
        for pair in rest.chunks_exact(2).take(count.into()) {
            for (class, place, tables) in [(0, pair[1] >> 4, &self.dc), (1, pair[1] & 15, &self.ac)] {
                let missing = tables.get(usize::from(place)).is_some_and(Option::is_none);
                added.extend(standard::table(class, place).filter(|_| missing).unwrap_or_default());
            }
        }
        self.define_huffman(&added)?;
        Ok(added)
    }

    /// Reads the body of a DRI segment.
    pub(super) fn define_restart(&mut self, body: &[u8]) -> Result<(), Fault> {
        let interval = body.first_chunk().ok_or(Fault::BadImage("its restart interval is malformed"))?;
        self.restart_every = u16::from_be_bytes(*interval).into();
        Ok(())
    }
}

struct Component {
    id: u8,
    /// Blocks of the component across and down in an interleaved unit (sampling factors).
    across: u32,
    down: u32,
    /// For each coefficient, how many low bits later scans still have to send.
    missing_bits: [u8; 64],
    /// For each block, a bit for each coefficient that is not zero. Later scans send one more bit for each of them.
    nonzero: Vec<u64>,
}

/// The frame header, and which data the scans have sent so far.
pub(super) struct Frame {
    /// Width in pixels.
    pub(super) width: u32,
    /// Height in pixels.
    pub(super) height: u32,
    /// Whether its scans send parts of each block.
    pub(super) progressive: bool,
    /// Whether each scan so far has all components.
    is_interleaved: bool,
    /// The largest of the components' `across` and `down`.
    across: u32,
    down: u32,
    components: Vec<Component>,
    /// The work of the scans so far, as [`MAX_WORK`] counts it.
    work: u64,
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
        let mut frame = Self { width, height, progressive, is_interleaved: true, across: 1, down: 1, components: Vec::new(), work: 0 };
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

    /// Whether the scans have sent every bit of every coefficient.
    pub(super) fn is_whole(&self) -> bool {
        self.components.iter().all(|component| component.missing_bits == [0; 64])
    }

    /// Whether every component has its first data. That is enough if the file then ends with an EOI marker.
    pub(super) fn is_viewable(&self) -> bool {
        self.components.iter().all(|component| component.missing_bits[0] != UNSENT)
    }

    /// The most memory that decoding the scans so far takes, in bytes. A decoder keeps a whole picture's coefficients unless one pass sends
    /// each unit, and whole units, however little of the last ones shows.
    pub(super) fn memory(&self) -> u64 {
        let is_simple = !self.progressive && self.is_interleaved && self.components.len() <= 3;
        let whole = |length: u32, most: u32| length.next_multiple_of(8 * most);
        let each = if is_simple { memory::BASELINE } else { memory::OTHER };
        memory::of_pixels(whole(self.width, self.across), whole(self.height, self.down), each)
    }

    /// The number of units in a scan of these components (T.81, A.2). In a scan of a single component a unit is a block.
    fn units(&self, parts: &[Part]) -> u32 {
        let (across, down) = match parts {
            [part] => (self.components[part.component].across, self.components[part.component].down),
            _ => (1, 1),
        };
        (self.width * across).div_ceil(8 * self.across) * (self.height * down).div_ceil(8 * self.down)
    }

    /// Reads one scan, given the body of its SOS segment and the data after it.
    ///
    /// Returns how many bytes of `data` belong to the scan.
    pub(super) fn follow(&mut self, tables: &Tables, header: &[u8], data: &[u8]) -> Result<usize, Fault> {
        let parts = self.scan_parts(tables, header)?;
        self.is_interleaved &= parts.len() == self.components.len();
        let pass = self.pass(header, parts.len())?;
        self.add_work(&parts, pass)?;
        let mut scan = Scan { bits: Bits::new(data), pass, end_of_band_run: 0 };
        self.walk(&mut scan, &parts, tables.restart_every).map_err(|stop| match stop {
            Stop::Truncated => Fault::Truncated,
            Stop::Corrupt => DAMAGED,
        })?;
        let (coefficients, low) = scan.pass.coefficients();
        for part in &parts {
            self.components[part.component].missing_bits[coefficients.clone()].fill(low);
        }
        Ok(scan.bits.bytes_read())
    }

    /// Decoders pass every block of a scan, however few bytes say that nothing changes.
    fn add_work(&mut self, parts: &[Part], pass: Pass) -> Result<(), Fault> {
        let blocks = match parts {
            [_] => 1,
            _ => parts.iter().map(|part| self.components[part.component].across * self.components[part.component].down).sum(),
        };
        let coefficients = pass.coefficients().0.count() as u64;
        self.work += u64::from(self.units(parts)) * u64::from(blocks) * (8 + coefficients);
        if self.work > MAX_WORK { Err(Fault::BadImage("its scans go over its pixels too often")) } else { Ok(()) }
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
        let is_single = parts.len() == 1;
        let bands = matches!(scan.pass, Pass::FirstAc { .. } | Pass::RefineAc { .. });
        let units = self.units(parts);
        if bands {
            self.components[parts[0].component].nonzero.resize(units as usize, 0);
        }
        for unit in 0..units {
            if restart_every > 0 && unit > 0 && unit % restart_every == 0 {
                scan.bits.restart((unit / restart_every - 1) as u8 & 7)?;
                scan.end_of_band_run = 0;
            }
            for part in parts {
                let component = &mut self.components[part.component];
                let blocks = if is_single { 1 } else { component.across * component.down };
                for _ in 0..blocks {
                    // Only AC bands need the block's coefficients. Their scans have a single component, so unit and block are the same.
                    let mut unused = 0;
                    let nonzero = if bands { &mut component.nonzero[unit as usize] } else { &mut unused };
                    scan.block(part, nonzero)?;
                }
            }
        }
        Ok(())
    }
}
