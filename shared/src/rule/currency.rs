//! Currencies in use (ISO 4217, list one), with the digits after the point that their amounts have. `XXX` and `XTS`, no currency and one for
//! tests, are left out.

use std::fmt;

use serde::{Serialize, Serializer};

/// Every code, in order. Those of funds and metals are among them, since ISO lists them.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF \
CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK \
JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO \
NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR \
ZMW ZWG";

/// The codes whose amounts have no digits after the point. For metals and the like ISO gives none.
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD XPF XPT XSU XUA";
/// The codes with three.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// The codes with four.
const FOUR: &str = "CLF UYW";

/// A currency: three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// `XXX`, no currency: only in place of one that could not be read, which is a fault.
impl Default for Currency {
    fn default() -> Self {
        Self(*b"XXX")
    }
}

impl Currency {
    /// Reads a code such as `BRL`. `None` if ISO lists no such currency, or has withdrawn it.
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.as_bytes().try_into().ok().map(Self)?;
        is_in(CODES, text).then_some(code)
    }

    /// Every currency.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.split(' ').filter_map(|code| code.as_bytes().try_into().ok().map(Self))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The digits after the point: 2 for `BRL`, 0 for `JPY`.
    pub fn exponent(self) -> usize {
        [(WHOLE, 0), (THREE, 3), (FOUR, 4)].into_iter().find(|(codes, _)| is_in(codes, self.as_str())).map_or(2, |(_, digits)| digits)
    }
}

/// Codes of three letters stand four bytes apart.
fn is_in(codes: &str, code: &str) -> bool {
    codes.as_bytes().chunks(4).any(|known| known.get(..3) == Some(code.as_bytes()))
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_currencies_in_use_are_read() {
        assert_eq!(Currency::all().count(), 176);
        assert!(Currency::all().all(|currency| Currency::parse(currency.as_str()) == Some(currency)));
        for gone in ["HRK", "BGN", "DEM", "ANG", "ZWL", "SLL", "CUC", "XXX", "XTS", "brl", "BR", "BRLX", "", "RL ", " BR", "ÉL"] {
            assert_eq!(Currency::parse(gone), None, "{gone}");
        }
    }

    #[test]
    fn each_has_its_digits() {
        let digits = |code: &str| Currency::parse(code).map(Currency::exponent);
        for (code, expected) in [("BRL", 2), ("USD", 2), ("JPY", 0), ("CLP", 0), ("KWD", 3), ("CLF", 4), ("XAU", 0), ("MGA", 2)] {
            assert_eq!(digits(code), Some(expected), "{code}");
        }
        let listed = [WHOLE, THREE, FOUR].iter().flat_map(|codes| codes.split(' ')).filter(|code| Currency::parse(code).is_some()).count();
        assert_eq!(listed, 28 + 7 + 2);
    }
}
