//! The rules of the architecture for the files of one crate. Each rule returns its complaints, each with file, line and fault.

use super::tree::Tree;

/// A floor: its files and folders. A folder ends with a slash.
pub type Floor = &'static [&'static str];

/// Code that only some places may contain.
pub struct Reserved {
    pub what: &'static str,
    pub signs: &'static [Sign],
    /// Paths from the root of the repository.
    pub places: &'static [&'static str],
}

/// How to recognize it.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// A path that starts with this crate.
    Crate(&'static str),
    /// A path that ends like this.
    End(&'static str),
    /// A string that is an SQL statement.
    Sql,
}

/// Every file must be on a floor, and may use only files of its own floor or below.
pub fn arrows_up(tree: &Tree, floors: &[Floor]) -> Vec<String> {
    let mut complaints = Vec::new();
    for path in tree.paths() {
        if floor_of(path, floors).is_none() {
            complaints.push(format!("{}:1 is on no floor", tree.shown(path)));
        }
    }
    for place in floors.iter().copied().flatten() {
        if !tree.paths().any(|path| covers(place, path)) {
            complaints.push(format!("{} is on a floor, but is not there", tree.shown(place)));
        }
    }
    for arrow in tree.arrows() {
        if let (Some(from), Some(to)) = (floor_of(&arrow.from, floors), floor_of(&arrow.to, floors))
            && to > from
        {
            let (high, low) = (floors[to].join(", "), floors[from].join(", "));
            complaints.push(format!("{}:{} uses {}, which is above it ({high} is above {low})", tree.shown(&arrow.from), arrow.line, arrow.to));
        }
    }
    complaints
}

/// Allows this many circles of two files, and no larger circle.
pub fn circles(tree: &Tree, allowed: usize) -> Vec<String> {
    let (small, large): (Vec<_>, Vec<_>) = tree.circles().into_iter().partition(|circle| circle.files.len() == 2);
    let unwelcome = if small.len() > allowed { small } else { Vec::new() }.into_iter().chain(large);
    unwelcome
        .map(|circle| {
            let arrows = circle.arrows.iter().map(|arrow| format!("\n    {}:{} uses {}", tree.shown(&arrow.from), arrow.line, arrow.to));
            format!("{} files use each other in a circle ({allowed} of two files may):{}", circle.files.len(), arrows.collect::<String>())
        })
        .collect()
}

/// Reserved code may not occur outside its places.
pub fn out_of_place(tree: &Tree, reserved: &[Reserved]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, source) in tree.sources() {
        let shown = tree.shown(path);
        for rule in reserved.iter().filter(|rule| !rule.places.iter().any(|place| covers(place, &shown))) {
            let named = source.named.iter().filter(|named| rule.signs.iter().any(|sign| sign.is_path(&tree.in_full(path, named)))).map(|named| named.line);
            let texts = source.texts.iter().filter(|(text, _)| rule.signs.iter().any(|sign| sign.is_text(text))).map(|(_, line)| *line);
            let mut lines: Vec<usize> = named.chain(texts).collect();
            lines.sort_unstable();
            lines.dedup();
            complaints.extend(lines.into_iter().map(|line| format!("{shown}:{line} has {} outside {}", rule.what, rule.places.join(", "))));
        }
    }
    complaints
}

/// The page must show the floors, one on each line and in this order, in the block that starts with this title.
pub fn shown_floors(page: &str, title: &str, floors: &[Floor]) -> Result<(), String> {
    let wanted: Vec<String> = floors.iter().map(|floor| floor.join(", ")).collect();
    let block =
        page.split("```").skip(1).step_by(2).map(|block| block.split_once('\n').map_or(block, |(_, lines)| lines)).find(|block| block.starts_with(title));
    let lines: Vec<&str> = block.into_iter().flat_map(str::lines).skip(1).collect();
    // After two spaces a floor's line may describe the floor.
    let is_line = |(line, floor): (&&str, &String)| line.strip_prefix(floor.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("  "));
    if lines.len() == wanted.len() && lines.iter().zip(&wanted).all(is_line) {
        return Ok(());
    }
    Err(format!("a block of the page has to show the floors like this, each with a word about it after two spaces or without:\n{title}\n{}", wanted.join("\n")))
}

impl Sign {
    fn is_path(self, path: &[String]) -> bool {
        match self {
            Self::Crate(name) => path.first().is_some_and(|first| first == name),
            Self::End(end) => {
                let end: Vec<&str> = end.split("::").collect();
                path.len() >= end.len() && path[path.len() - end.len()..] == end
            }
            Self::Sql => false,
        }
    }

    fn is_text(self, text: &str) -> bool {
        let words = || text.split_whitespace();
        let begins = |with: &[&str]| words().take(with.len()).eq(with.iter().copied());
        let has = |word: &str| words().any(|other| other == word);
        matches!(self, Self::Sql)
            && (begins(&["SELECT"]) && has("FROM") || begins(&["INSERT", "INTO"]) || begins(&["UPDATE"]) && has("SET") || begins(&["DELETE", "FROM"]))
    }
}

/// The floor of a file: the one with the longest matching place, so that a file can be on another floor than its folder.
fn floor_of(path: &str, floors: &[Floor]) -> Option<usize> {
    let places = floors.iter().enumerate().flat_map(|(number, floor)| floor.iter().map(move |place| (number, *place)));
    places.filter(|(_, place)| covers(place, path)).max_by_key(|(_, place)| place.len()).map(|(number, _)| number)
}

/// A place that ends with a slash is a folder, an empty place is everything, and any other is one file.
fn covers(place: &str, path: &str) -> bool {
    path == place || (place.is_empty() || place.ends_with('/')) && path.starts_with(place)
}
