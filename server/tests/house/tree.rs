//! All files of one crate, and which file uses which. A path counts as a use of the deepest module file that it names, so an
//! item that a module re-exports counts as a use of that module.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::source::{Module, Named, Source};

/// One file uses another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    pub from: String,
    pub line: usize,
    pub to: String,
}

/// The files of a crate by their path within `src`.
pub struct Tree {
    name: String,
    files: BTreeMap<String, Source>,
    /// The file of each module; the library's root is the empty path.
    modules: BTreeMap<Module, String>,
}

impl Tree {
    /// Reads the files under this folder. `name` is the library's name in the crate's own programs.
    pub fn read(name: &str, src: &Path) -> Self {
        let mut texts = Vec::new();
        let mut folders = vec![src.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
                let path = entry.expect("an entry of a folder").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    let within = path.strip_prefix(src).expect("a path under the folder");
                    texts.push((within.to_str().expect("a path of UTF-8").to_owned(), text));
                }
            }
        }
        Self::of(name, texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// The same from texts by path.
    pub fn of<'a>(name: &str, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut files = BTreeMap::new();
        for (path, text) in texts {
            let source = Source::read(&module_of(path), text).unwrap_or_else(|error| panic!("{name}/src/{path} {error}"));
            files.insert(path.to_owned(), source);
        }
        let tests: Vec<Module> = files.values().flat_map(|source: &Source| source.tests.clone()).collect();
        let is_test = |path: &str| path.ends_with("tests.rs") || tests.iter().any(|module| module_of(path).starts_with(module));
        files.retain(|path, _| !is_test(path));
        let modules = files.keys().filter(|path| *path != "main.rs").map(|path| (module_of(path), path.clone())).collect();
        Self { name: name.to_owned(), files, modules }
    }

    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    pub fn sources(&self) -> impl Iterator<Item = (&String, &Source)> {
        self.files.iter()
    }

    /// The file's path from the root of the repository.
    pub fn shown(&self, path: &str) -> String {
        format!("{}/src/{path}", self.name)
    }

    /// Which file uses which: each pair once, with the first line that does.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (from, source) in &self.files {
            for named in &source.named {
                let Some(to) = self.file_named(from, named) else { continue };
                if &to != from {
                    let line = first.entry((from.clone(), to)).or_insert(named.line);
                    *line = named.line.min(*line);
                }
            }
        }
        first.into_iter().map(|((from, to), line)| Arrow { from, line, to }).collect()
    }

    /// The file that a path names; `None` for another crate.
    fn file_named(&self, from: &str, named: &Named) -> Option<String> {
        if named.foreign {
            return None;
        }
        let path = self.resolve(from, &named.scope, &named.path, 0)?;
        // A macro is visible at the root wherever it is defined, so it does not count as a use of the root's file.
        if let [name] = path.as_slice()
            && self.files.values().any(|source| source.macros.contains(name))
        {
            return None;
        }
        (0..=path.len()).rev().find_map(|length| self.modules.get(&path[..length]).cloned())
    }

    /// A path as it would be written without its `use`.
    pub fn in_full(&self, from: &str, named: &Named) -> Vec<String> {
        let source = &self.files[from];
        match named.path.split_first() {
            Some((first, rest)) if !named.foreign => match source.imports.get(&(named.scope.clone(), first.clone())) {
                Some(import) => [import, rest].concat(),
                None => named.path.clone(),
            },
            _ => named.path.clone(),
        }
    }

    fn resolve(&self, from: &str, scope: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        // A `use` that names itself, such as `use log::log`, must not recurse for ever.
        if depth > 8 {
            return None;
        }
        let source = &self.files[from];
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some([scope, rest].concat()),
            "super" => {
                let ups = path.iter().take_while(|word| *word == "super").count();
                return Some([scope.get(..scope.len().checked_sub(ups)?)?, &path[ups..]].concat());
            }
            _ => {}
        }
        let beside = [scope, std::slice::from_ref(first)].concat();
        if source.declared.contains(&beside) {
            return Some([scope, path].concat());
        }
        if let Some(import) = source.imports.get(&(scope.to_vec(), first.clone()))
            && import != path
        {
            return self.resolve(from, scope, import, depth + 1).map(|whole| [whole.as_slice(), rest].concat());
        }
        for (_, glob) in source.globs.iter().filter(|(of, _)| of == scope) {
            if let Some(module) = self.resolve(from, scope, glob, depth + 1)
                && self.modules.contains_key(&[module.as_slice(), std::slice::from_ref(first)].concat())
            {
                return Some([module.as_slice(), path].concat());
            }
        }
        (*first == self.name && self.is_of_program(from)).then(|| rest.to_vec())
    }

    /// Whether the file belongs to the program and not to the library.
    fn is_of_program(&self, path: &str) -> bool {
        let module = module_of(path);
        path == "main.rs"
            || self.files.get("main.rs").is_some_and(|main| module.first().is_some_and(|first| main.declared.contains(std::slice::from_ref(first))))
    }

    /// The circles: sets of files where each uses every other, directly or indirectly.
    pub fn circles(&self) -> Vec<Circle> {
        let arrows = self.arrows();
        let mut onward: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for arrow in &arrows {
            onward.entry(&arrow.from).or_default().push(&arrow.to);
        }
        let reached: BTreeMap<&str, BTreeSet<&str>> = onward.keys().map(|from| (*from, all_from(from, &onward))).collect();
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for (file, all) in &reached {
            if !all.contains(file) || seen.contains(file) {
                continue;
            }
            let files: BTreeSet<&str> = all.iter().copied().filter(|other| reached.get(other).is_some_and(|back| back.contains(file))).collect();
            seen.extend(files.iter().copied());
            let within = |arrow: &&Arrow| files.contains(arrow.from.as_str()) && files.contains(arrow.to.as_str());
            circles.push(Circle { files: files.iter().map(ToString::to_string).collect(), arrows: arrows.iter().filter(within).cloned().collect() });
        }
        circles
    }
}

/// Files that use each other, directly or indirectly.
#[derive(Debug)]
pub struct Circle {
    pub files: Vec<String>,
    pub arrows: Vec<Arrow>,
}

fn all_from<'a>(start: &'a str, onward: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left = vec![start];
    while let Some(file) = left.pop() {
        left.extend(onward.get(file).into_iter().flatten().copied().filter(|next| found.insert(*next)));
    }
    found
}

/// The module that a file holds: `a/b.rs` and `a/b/mod.rs` hold `a::b`, `lib.rs` and `main.rs` hold the root.
fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" || path == "main" { Module::new() } else { path.split('/').map(str::to_owned).collect() }
}
