//! The documents: what is written where, in millimetres. They follow the look of the real ones only as far as reading needs it.

use super::{
    Dice, Looks, MARK, Person,
    canvas::{Canvas, Colour, Letters::Sans},
    codes::{self, Code},
    mrz, portrait,
};
use crate::Picture;

/// What kind of document, and which side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Registro Geral, the side with the text.
    Rg,
    /// Carteira Nacional de Habilitação, with a QR code.
    Cnh,
    /// Carteira de Identidade Nacional, the side with the portrait.
    CinFront,
    /// Its back: a machine-readable zone of three lines and a QR code.
    CinBack,
    /// The page of a passport with the portrait and a machine-readable zone of two lines.
    Passport,
    /// A card of no country, with PDF417.
    Generic,
}

const INK: Colour = [28, 28, 36];
const LABEL: Colour = [70, 84, 96];

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Rg, Self::Cnh, Self::CinFront, Self::CinBack, Self::Passport, Self::Generic];

    /// Its name in names of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rg => "rg",
            Self::Cnh => "cnh",
            Self::CinFront => "cin-front",
            Self::CinBack => "cin-back",
            Self::Passport => "passport",
            Self::Generic => "generic",
        }
    }

    /// Width and height in millimetres.
    fn size(self) -> (f32, f32) {
        match self {
            Self::Rg => (102.0, 68.0),
            Self::Cnh | Self::Passport => (125.0, 88.0),
            Self::CinFront | Self::CinBack | Self::Generic => (85.6, 54.0),
        }
    }

    /// The colour of the paper, and that of the pattern on it.
    fn colours(self) -> (Colour, Colour) {
        match self {
            Self::Rg => ([226, 236, 222], [176, 206, 176]),
            Self::Cnh => ([236, 240, 226], [190, 214, 176]),
            Self::CinFront | Self::CinBack => ([230, 238, 240], [170, 204, 196]),
            Self::Passport => ([238, 234, 228], [200, 196, 214]),
            Self::Generic => ([240, 236, 224], [214, 196, 160]),
        }
    }

    /// What its QR or PDF417 says.
    #[must_use]
    pub fn code(self, person: &Person) -> Option<String> {
        match self {
            Self::Cnh | Self::CinBack => Some(format!("{MARK};CPF={};NASC={};NUM={}", person.cpf, person.born, person.number)),
            Self::Generic => Some(format!("{MARK}\nDAQ{}\nDBB{}\nDCS{}", person.number, person.born, person.family)),
            _ => None,
        }
    }

    /// The lines of its machine-readable zone; none if it has none.
    #[must_use]
    pub fn mrz(self, person: &Person) -> Vec<String> {
        match self {
            Self::CinBack => mrz::td1(person).into(),
            Self::Passport => mrz::td3(person).into(),
            _ => Vec::new(),
        }
    }
}

/// Draws a document flat, 14 pixels to the millimetre.
#[must_use]
pub fn document(kind: Kind, person: &Person, dice: &mut Dice) -> Picture {
    let (width, height) = kind.size();
    let (paper, pattern) = kind.colours();
    let mut sheet = Sheet { canvas: Canvas::new(width, height, paper) };
    // Waves, as security paper has them.
    let (pitch, phase) = (dice.between(1.6, 3.2), dice.between(0.0, 6.0));
    sheet.canvas.paint([0.0, 0.0, width, height], pattern, |x, y| {
        let wave = ((y + (x * 0.21 + phase).sin() * 2.4) * std::f32::consts::TAU / pitch).sin();
        (wave - 0.55) * 1.4
    });
    match kind {
        Kind::Rg => sheet.rg(person),
        Kind::Cnh => sheet.cnh(person, dice),
        Kind::CinFront => sheet.cin_front(person),
        Kind::CinBack => sheet.cin_back(person),
        Kind::Passport => sheet.passport(person),
        Kind::Generic => sheet.generic(person),
    }
    sheet.canvas.done()
}

struct Sheet {
    canvas: Canvas,
}

impl Sheet {
    /// A heading in capitals.
    fn heading(&mut self, at: [f32; 2], height: f32, text: &str) {
        self.canvas.text(at, height, Sans, [24, 70, 60], text);
    }

    /// A small label with its value below.
    fn field(&mut self, [x, y]: [f32; 2], label: &str, value: &str) {
        self.canvas.text([x, y], 1.25, Sans, LABEL, label);
        self.canvas.text([x, y + 3.6], 2.1, Sans, INK, value);
    }

    fn mark(&mut self, at: [f32; 2]) {
        self.canvas.text(at, 2.6, Sans, [176, 40, 40], MARK);
    }

    /// Lines of a machine-readable zone from the left edge to the right one, 2.54 mm to a character (ICAO 9303-3, section 4.1).
    fn zone(&mut self, left: f32, first: f32, lines: &[String]) {
        for (i, line) in lines.iter().enumerate() {
            self.canvas.pitched([left, first + 6.35 * i as f32], 2.9, 2.54, INK, line);
        }
    }

    fn rg(&mut self, person: &Person) {
        self.heading([10.0, 7.0], 2.2, "REPÚBLICA FEDERATIVA DO BRASIL");
        self.mark([76.0, 7.0]);
        self.canvas.text([10.0, 11.4], 1.7, Sans, INK, "VÁLIDA EM TODO O TERRITÓRIO NACIONAL");
        self.field([5.0, 17.0], "REGISTRO GERAL", &person.number);
        self.field([56.0, 17.0], "DATA DE EXPEDIÇÃO", &person.issued.to_string());
        self.field([5.0, 26.0], "NOME", &person.name());
        self.field([5.0, 35.0], "FILIAÇÃO", &person.mother);
        self.field([5.0, 44.0], "NATURALIDADE", "SÃO PAULO - SP");
        self.field([56.0, 44.0], "DATA DE NASCIMENTO", &person.born.to_string());
        self.field([5.0, 53.0], "CPF", &person.cpf_written());
        self.canvas.text([5.0, 64.0], 1.5, Sans, LABEL, "LEI Nº 7.116 DE 29/08/83");
    }

    fn cnh(&mut self, person: &Person, dice: &mut Dice) {
        self.heading([14.0, 8.0], 2.6, "REPÚBLICA FEDERATIVA DO BRASIL");
        self.heading([14.0, 13.0], 2.0, "CARTEIRA NACIONAL DE HABILITAÇÃO");
        self.mark([92.0, 9.0]);
        portrait::draw(&mut self.canvas, [6.0, 26.0, 26.0, 34.0], &Looks::of(person));
        self.field([36.0, 20.0], "NOME", &person.name());
        self.field([36.0, 29.0], "DOC. IDENTIDADE / ÓRG. EMISSOR / UF", &format!("{} SSP SP", person.number));
        self.field([36.0, 38.0], "CPF", &person.cpf_written());
        self.field([74.0, 38.0], "DATA NASCIMENTO", &person.born.to_string());
        self.field([36.0, 47.0], "FILIAÇÃO", &person.mother);
        self.field([36.0, 56.0], "Nº REGISTRO", &dice.digits(11));
        self.field([36.0, 65.0], "VALIDADE", &person.expires.to_string());
        self.field([36.0, 74.0], "DATA EMISSÃO", &person.issued.to_string());
        if let Some(text) = Kind::Cnh.code(person) {
            codes::draw(&mut self.canvas, [88.0, 50.0, 30.0, 30.0], Code::Qr, &text);
        }
    }

    fn cin_front(&mut self, person: &Person) {
        self.heading([5.0, 6.0], 1.9, "REPÚBLICA FEDERATIVA DO BRASIL");
        self.mark([63.0, 6.0]);
        self.canvas.text([5.0, 10.0], 1.5, Sans, LABEL, "CARTEIRA DE IDENTIDADE");
        portrait::draw(&mut self.canvas, [4.0, 14.0, 22.0, 29.0], &Looks::of(person));
        self.field([30.0, 16.0], "Nome / Name", &person.name());
        self.field([30.0, 24.0], "Registro Geral - CPF / Personal Number", &person.cpf_written());
        self.field([30.0, 32.0], "Data de Nascimento / Date of Birth", &person.born.to_string());
        self.field([66.0, 40.0], "Sexo / Sex", &person.sex.to_string());
        self.field([30.0, 40.0], "Validade / Expiry", &person.expires.to_string());
        self.canvas.text([4.0, 50.0], 1.5, Sans, LABEL, "Nacionalidade / Nationality  BRA");
    }

    fn cin_back(&mut self, person: &Person) {
        self.field([4.0, 6.0], "Filiação / Filiation", &person.mother);
        self.field([4.0, 14.0], "Data de Emissão / Issue", &person.issued.to_string());
        self.mark([4.0, 27.0]);
        if let Some(text) = Kind::CinBack.code(person) {
            codes::draw(&mut self.canvas, [58.0, 5.0, 24.0, 24.0], Code::Qr, &text);
        }
        self.zone(4.7, 37.0, &Kind::CinBack.mrz(person));
    }

    fn passport(&mut self, person: &Person) {
        self.heading([6.0, 7.0], 2.4, "REPÚBLICA FEDERATIVA DO BRASIL");
        self.mark([92.0, 7.0]);
        portrait::draw(&mut self.canvas, [6.0, 20.0, 31.0, 40.0], &Looks::of(person));
        self.field([42.0, 14.0], "TIPO / TYPE", "P");
        self.field([60.0, 14.0], "PAÍS EMISSOR / ISSUING COUNTRY", "BRA");
        self.field([95.0, 14.0], "PASSAPORTE Nº", &person.number);
        self.field([42.0, 23.0], "SOBRENOME / SURNAME", &person.family);
        self.field([42.0, 32.0], "NOME / GIVEN NAMES", &person.given);
        self.field([42.0, 41.0], "NACIONALIDADE / NATIONALITY", "BRASILEIRO(A)");
        self.field([42.0, 50.0], "DATA DE NASCIMENTO / DATE OF BIRTH", &person.born.to_string());
        self.field([95.0, 50.0], "SEXO / SEX", &person.sex.to_string());
        self.field([42.0, 59.0], "VÁLIDO ATÉ / DATE OF EXPIRY", &person.expires.to_string());
        self.zone(6.6, 77.0, &Kind::Passport.mrz(person));
    }

    fn generic(&mut self, person: &Person) {
        self.heading([4.0, 6.0], 2.4, "IDENTITY CARD");
        self.mark([62.0, 6.0]);
        portrait::draw(&mut self.canvas, [4.0, 10.0, 20.0, 25.0], &Looks::of(person));
        self.field([28.0, 12.0], "Name", &person.name());
        self.field([28.0, 20.0], "Document number", &person.number);
        self.field([60.0, 20.0], "Sex", &person.sex.to_string());
        self.field([28.0, 28.0], "Date of birth", &person.born.to_string());
        self.field([60.0, 28.0], "Date of expiry", &person.expires.to_string());
        if let Some(text) = Kind::Generic.code(person) {
            codes::draw(&mut self.canvas, [4.0, 38.0, 64.0, 13.0], Code::Pdf417, &text);
        }
    }
}
