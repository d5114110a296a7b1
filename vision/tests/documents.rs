//! How well sample documents are read. `make test` reads one of each kind; a table of all treatments comes from
//! `cargo test --release -p vision --test documents -- --ignored --nocapture`.

use std::{fmt::Write as _, time::Duration};

use image::{DynamicImage, ImageFormat, RgbImage, codecs::jpeg::JpegEncoder};
use rustix::time::{ClockId, clock_gettime};
use vision::{
    Picture, Turn, codes,
    sample::{Dice, Fault, Kind, MARK, Person, document, photograph},
    text::{self, Reading},
};

/// What is done to a photo: its faults, how it is turned, and the quality of its JPEG.
type Treatment = (&'static str, &'static [Fault], Turn, u8);

const TREATMENTS: [Treatment; 12] = [
    ("good", &[], Turn::None, 90),
    ("blurred 1.5 px", &[Fault::Blurred(1.5)], Turn::None, 90),
    ("blurred 2.5 px", &[Fault::Blurred(2.5)], Turn::None, 90),
    ("noise 12", &[Fault::Noisy(12.0)], Turn::None, 90),
    ("at 12°", &[Fault::Turned(12.0)], Turn::None, 90),
    ("at -12°", &[Fault::Turned(-12.0)], Turn::None, 90),
    ("glare", &[Fault::Glare], Turn::None, 90),
    ("dark 0.4", &[Fault::Dark(0.4)], Turn::None, 90),
    ("JPEG 50", &[], Turn::None, 50),
    ("upside down", &[], Turn::Half, 90),
    ("on its side", &[], Turn::Quarter, 90),
    ("several", &[Fault::Turned(6.0), Fault::Blurred(1.0), Fault::Noisy(8.0)], Turn::None, 50),
];

/// So many right, of so many.
#[derive(Clone, Copy, Default)]
struct Count(u32, u32);

impl Count {
    fn add(&mut self, right: bool) {
        *self = Self(self.0 + u32::from(right), self.1 + 1);
    }
}

#[derive(Default)]
struct Figures {
    cpf: Count,
    name: Count,
    born: Count,
    zone: Count,
    numbers: Count,
    code: Count,
    mark: Count,
    invented: u32,
    wrong: String,
    text_time: Duration,
    code_time: Duration,
    documents: u32,
}

/// What this process has computed.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// As a camera would store it, and as a worker would open it.
fn through_jpeg(picture: &Picture, quality: u8) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let image = RgbImage::from_raw(width as u32, height as u32, picture.rgb().to_vec()).expect("three bytes a pixel");
    let mut bytes = Vec::new();
    DynamicImage::from(image).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).expect("encodes");
    Picture::new(width, height, image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).expect("decodes").into_rgb8().into_raw())
        .expect("three bytes a pixel")
}

/// Capitals without accents and digits: what comparisons look at.
fn folded(text: &str) -> String {
    const ACCENTS: [(&str, char); 6] = [("ÁÀÂÃÄ", 'A'), ("ÉÈÊË", 'E'), ("ÍÌÎÏ", 'I'), ("ÓÒÔÕÖ", 'O'), ("ÚÙÛÜ", 'U'), ("Ç", 'C')];
    let plain = |c: char| ACCENTS.iter().find(|(accented, _)| accented.contains(c)).map_or(c, |(_, plain)| *plain);
    text.chars().flat_map(char::to_uppercase).map(plain).filter(char::is_ascii_alphanumeric).collect()
}

/// A line of a machine-readable zone with its longest run of fillers stretched to the line's length.
fn stretched(line: &str, length: usize) -> String {
    let missing = length.saturating_sub(line.len());
    let run = (0..line.len()).max_by_key(|at| line[*at..].bytes().take_while(|byte| *byte == b'<').count()).unwrap_or(0);
    format!("{}{}{}", &line[..run], "<".repeat(missing), &line[run..])
}

impl Figures {
    fn look_at(&mut self, kind: Kind, (name, faults, turn, quality): Treatment, seed: u64) {
        let mut dice = Dice::new(seed);
        let person = Person::any(&mut dice);
        let flat = document(kind, &person, &mut dice);
        let photo = through_jpeg(&photograph(&flat, faults, &mut dice).turned(turn), quality);
        let start = computed();
        let reading = text::read(&photo).expect("the networks run");
        let between = computed();
        let codes = codes::read(&photo);
        self.text_time += between - start;
        self.code_time += computed() - between;
        self.documents += 1;
        let mut check = |what: &str, count: fn(&mut Self) -> &mut Count, right: bool| {
            count(self).add(right);
            if !right {
                let lines: Vec<_> = reading.lines.iter().map(|line| line.mrz.as_ref().unwrap_or(&line.text)).collect();
                writeln!(self.wrong, "{kind:?}, {name}, seed {seed}: {what} of {person:?}\n    {lines:?}").expect("a string grows");
            }
        };
        let says = |wanted: &str| says(&reading, wanted);
        let mut invented = 0;
        if matches!(kind, Kind::Rg | Kind::Cnh | Kind::CinFront) {
            check("cpf", |figures| &mut figures.cpf, says(&person.cpf));
        }
        if kind == Kind::Passport {
            check("name", |figures| &mut figures.name, says(&person.family) && says(&person.given));
        } else if kind != Kind::CinBack {
            check("name", |figures| &mut figures.name, says(&person.name()));
        }
        if kind != Kind::CinBack {
            check("born", |figures| &mut figures.born, says(&person.born.to_string()));
        }
        check("mark", |figures| &mut figures.mark, says(MARK));
        let wanted = kind.mrz(&person);
        let zone: Vec<String> =
            reading.lines.iter().filter_map(|line| line.mrz.as_ref()).map(|line| stretched(line, wanted.first().map_or(0, String::len))).collect();
        if wanted.is_empty() {
            invented += u32::from(!zone.is_empty());
        } else {
            // The lines with numbers: their check digits say whether they were read well.
            let numbers = if wanted.len() == 2 { &wanted[1..] } else { &wanted[..2] };
            check("numbers of the zone", |figures| &mut figures.numbers, numbers.iter().all(|line| zone.contains(line)));
            check("zone", |figures| &mut figures.zone, zone == wanted);
        }
        if let Some(wanted) = kind.code(&person) {
            check("code", |figures| &mut figures.code, codes.iter().any(|code| code.text == wanted));
        } else {
            invented += u32::from(!codes.is_empty());
        }
        self.invented += invented;
    }

    fn row(&self, name: &str) -> String {
        let counts = [self.cpf, self.name, self.born, self.numbers, self.zone, self.code, self.mark];
        let counts: Vec<_> = counts.iter().map(|Count(right, of)| format!("{right}/{of}")).collect();
        let each = |time: Duration| (time / self.documents.max(1)).as_millis();
        format!("| {name} | {} | {} | {} | {} |", counts.join(" | "), self.invented, each(self.text_time), each(self.code_time))
    }
}

/// Whether one line says that, apart from accents and punctuation.
fn says(reading: &Reading, wanted: &str) -> bool {
    reading.lines.iter().any(|line| folded(&line.text).contains(&folded(wanted)))
}

#[test]
fn one_of_each_kind_is_read_without_a_fault() {
    let mut figures = Figures::default();
    for (i, kind) in Kind::ALL.into_iter().enumerate() {
        figures.look_at(kind, TREATMENTS[[0, 4, 8, 5, 1, 9][i]], 500 + i as u64);
    }
    assert_eq!((figures.wrong.as_str(), figures.invented), ("", 0));
}

#[test]
#[ignore = "takes minutes: it measures"]
fn measured() {
    const SEEDS: u64 = 2;
    println!("| photo | CPF | name | date of birth | numbers of the MRZ | whole MRZ | QR, PDF417 | {MARK} | invented | text, ms | codes, ms |");
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for (i, treatment) in TREATMENTS.into_iter().enumerate() {
        let mut figures = Figures::default();
        for (j, kind) in Kind::ALL.into_iter().enumerate() {
            for seed in 0..SEEDS {
                figures.look_at(kind, treatment, 10_000 + 100 * i as u64 + 10 * j as u64 + seed);
            }
        }
        println!("{}", figures.row(treatment.0));
        eprint!("{}", figures.wrong);
    }
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    println!("{}", status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmPeak")).collect::<Vec<_>>().join(", "));
}
