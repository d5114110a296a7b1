//! The three languages of the pages.

use serde::{Deserialize, Serialize};

/// A language. Sent and stored as a BCP 47 tag: `pt-BR`, `en` or `es`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Brazilian Portuguese, the default of a flow.
    #[default]
    #[serde(rename = "pt-BR")]
    PtBr,
    /// English.
    #[serde(rename = "en")]
    En,
    /// Spanish.
    #[serde(rename = "es")]
    Es,
}

impl Language {
    /// Every language, in the order of the language buttons.
    pub const ALL: [Self; 3] = [Self::PtBr, Self::En, Self::Es];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::PtBr => "pt-BR",
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// The language's name in that language, for its button.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::PtBr => "Português",
            Self::En => "English",
            Self::Es => "Español",
        }
    }

    /// The language of a tag. The region does not matter: `pt`, `pt-PT` and `PT_br` are all Portuguese. `None` for other languages.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| {
            let own = language.tag().split('-').next().unwrap_or_default();
            primary.eq_ignore_ascii_case(own)
        })
    }

    /// The preferred language of an `Accept-Language` header (RFC 9110, section 12.5.4): the one with the highest `q`, or the first of these.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for part in header.split(',').take(32) {
            let mut pieces = part.split(';');
            let Some(language) = pieces.next().and_then(Self::from_tag) else { continue };
            let quality = pieces.find_map(|p| p.trim().strip_prefix("q=")?.trim().parse::<f32>().ok()).unwrap_or(1.0);
            if quality > 0.0 && best.is_none_or(|(_, known)| quality > known) {
                best = Some((language, quality));
            }
        }
        best.map(|(language, _)| language)
    }
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or_else(|| format!("\"{tag}\" is not a language; allowed are pt-BR, en and es"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_language_wins() {
        for (header, expected) in [
            ("en-GB,en;q=0.9,pt;q=0.8", Some(Language::En)),
            ("de,es;q=0.5,pt-PT;q=0.7", Some(Language::PtBr)),
            ("fr-FR", None),
            ("es;q=0, en;q=0.1", Some(Language::En)),
            ("", None),
        ] {
            assert_eq!(Language::from_accept_language(header), expected, "{header}");
        }
    }
}
