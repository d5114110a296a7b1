//! Makes a line of a zone of what a reader of pictures saw: only the characters that a zone has, at the length that it has, and letters and
//! digits where only they can stand.

use super::layout::{At, Layout};

/// How many fillers may be missing. Readers lose many of them, because they look like one line.
const MOST_MISSING: usize = 24;
/// How many fillers may be too many. A line that is longer is one of a larger zone.
const MOST_ADDED: usize = 6;
/// The run of fillers from which on it is the end of a name, and not what separates surname and given names.
const END_OF_NAME: usize = 3;
/// Letters that a reader sees where the thin fillers stand.
const FILLER_LIKE: &str = "KCLXES";

/// The characters of a line that a zone can have. `None` if the line has any other.
pub(super) fn characters(line: &str) -> Option<String> {
    let read = |c: char| match c {
        '0'..='9' | 'A'..='Z' | '<' => Some(c),
        'a'..='z' => Some(c.to_ascii_uppercase()),
        '«' | '‹' | '≪' | '〈' | '＜' | '(' => Some('<'),
        '|' => Some('I'),
        _ => None,
    };
    line.chars()
        .filter(|c| !c.is_whitespace() && *c != '.')
        .map(|c| if matches!(c, '«' | '≪') { Some("<<".to_owned()) } else { read(c).map(String::from) })
        .collect()
}

/// The line at the length that it must have: its longest run of fillers is stretched or shortened. `None` if it has no fillers for that.
pub(super) fn stretched(line: &str, length: usize, is_name: bool) -> Option<String> {
    let missing = length.abs_diff(line.len());
    if missing == 0 {
        return Some(line.to_owned());
    }
    let (start, run) = longest_run(line);
    if line.len() > length {
        return (run > missing && missing <= MOST_ADDED).then(|| format!("{}{}", &line[..start], &line[start + missing..]));
    }
    if missing > MOST_MISSING {
        return None;
    }
    if is_name && run < END_OF_NAME {
        return Some(format!("{line}{}", "<".repeat(missing)));
    }
    (run > 0).then(|| format!("{}{}{}", &line[..start], "<".repeat(missing), &line[start..]))
}

/// Where the longest run of fillers begins, and its length. The last of several.
fn longest_run(line: &str) -> (usize, usize) {
    let mut longest = (0, 0);
    let mut run = 0;
    for (at, byte) in line.bytes().enumerate() {
        run = if byte == b'<' { run + 1 } else { 0 };
        if run > 0 && run >= longest.1 {
            longest = (at + 1 - run, run);
        }
    }
    longest
}

/// Puts letters where only letters can stand, digits where only digits can, and fillers behind the name. Returns how many characters changed.
pub(super) fn repair(lines: &mut [String], layout: &Layout) -> usize {
    let mut changed = 0;
    for at in layout.letters() {
        changed += replace(lines, at, letter_of);
    }
    for at in layout.digits() {
        changed += replace(lines, at, digit_of);
    }
    let name = fillers_behind(layout.name.of(lines));
    changed + put(lines, layout.name, &name)
}

fn replace(lines: &mut [String], at: At, by: fn(char) -> char) -> usize {
    let read: String = at.of(lines).chars().map(by).collect();
    put(lines, at, &read)
}

fn put(lines: &mut [String], at: At, text: &str) -> usize {
    let changed = at.of(lines).chars().zip(text.chars()).filter(|(one, other)| one != other).count();
    lines[at.0].replace_range(at.1..at.2, text);
    changed
}

/// The name field, without the letters that were seen in the fillers behind the given names.
fn fillers_behind(field: &str) -> String {
    let end = field.find("<<").map(|at| at + 2).and_then(|given| field[given..].find("<<").map(|at| given + at));
    let Some((name, rest)) = end.map(|end| field.split_at(end)) else { return field.to_owned() };
    let is_noise = rest.chars().all(|c| c == '<' || FILLER_LIKE.contains(c));
    if is_noise { format!("{name}{}", "<".repeat(rest.len())) } else { field.to_owned() }
}

/// The letter that a digit was misread from, where only letters can stand.
const fn letter_of(c: char) -> char {
    match c {
        '0' => 'O',
        '1' => 'I',
        '2' => 'Z',
        '5' => 'S',
        '6' => 'G',
        '8' => 'B',
        other => other,
    }
}

/// The digit that a letter was misread from, where only digits can stand.
const fn digit_of(c: char) -> char {
    match c {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_a_zone_have_its_characters() {
        for (line, expected) in [
            ("P<UTO ERIKSSON<< anna", Some("P<UTOERIKSSON<<ANNA")),
            ("ERIKSSON«ANNA‹MARIA", Some("ERIKSSON<<ANNA<MARIA")),
            ("DATA DE EMISSÃO", None),
            ("17/05/1990", None),
        ] {
            assert_eq!(characters(line).as_deref(), expected);
        }
    }

    #[test]
    fn the_longest_run_of_fillers_is_stretched() {
        for (line, length, is_name, expected) in [
            ("AB<<C<<<<D", 12, false, Some("AB<<C<<<<<<D")),
            ("AB<<C<<<<D", 8, false, Some("AB<<C<<D")),
            ("AB<<C", 8, true, Some("AB<<C<<<")),
            ("AB<<C<<<", 10, true, Some("AB<<C<<<<<")),
            ("ABC", 5, false, None),
            ("AB<C", 2, false, None),
            ("AB<C", 40, false, None),
        ] {
            assert_eq!(stretched(line, length, is_name).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn letters_in_the_fillers_are_fillers() {
        for (field, expected) in [
            ("SILVA<<ANA<<<<K<<<C<", "SILVA<<ANA<<<<<<<<<<"),
            ("SILVA<<ANA<<MARIA<<<", "SILVA<<ANA<<MARIA<<<"),
            ("SILVA<<ANA<K", "SILVA<<ANA<K"),
            ("SILVA", "SILVA"),
        ] {
            assert_eq!(fillers_behind(field), expected);
        }
    }
}
