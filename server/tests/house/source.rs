//! Reads one Rust file: the paths it names and the strings it contains, each with its line. It works on tokens, so code inside
//! macros counts too; comments, documentation and test code (`#[cfg(test)]`) do not count.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A module, as the path of names from the crate's root.
pub type Module = Vec<String>;

/// A path as it is written, such as `super::store::open`.
#[derive(Debug)]
pub struct Named {
    /// The module in which it is written.
    pub scope: Module,
    pub path: Vec<String>,
    /// Whether it begins with `::` and so names another crate.
    pub foreign: bool,
    pub line: usize,
}

/// What one file contains.
#[derive(Debug, Default)]
pub struct Source {
    pub named: Vec<Named>,
    /// Each string with its line.
    pub texts: Vec<(String, usize)>,
    /// The names that a `use` brings into a module, and their paths.
    pub imports: BTreeMap<(Module, String), Vec<String>>,
    /// The paths that a module imports with `*`.
    pub globs: Vec<(Module, Vec<String>)>,
    /// Every module declared here, with a body or without.
    pub declared: BTreeSet<Module>,
    /// The modules declared for tests only.
    pub tests: Vec<Module>,
    /// The names of the macros defined here.
    pub macros: BTreeSet<String>,
}

impl Source {
    /// Reads the file of this module.
    pub fn read(module: &[String], text: &str) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("is not Rust: {error}"))?;
        let mut source = Self::default();
        source.walk(module, tokens);
        Ok(source)
    }

    fn walk(&mut self, scope: &[String], tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += match rest {
                [TokenTree::Punct(hash), TokenTree::Punct(_), TokenTree::Group(attribute), ..] if hash.as_char() == '#' => {
                    1 + self.attribute(scope, attribute, &rest[3..])
                }
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..] if hash.as_char() == '#' => self.attribute(scope, attribute, &rest[2..]),
                [TokenTree::Ident(word), TokenTree::Group(within), ..] if *word == "pub" && within.delimiter() == Delimiter::Parenthesis => 2,
                [TokenTree::Ident(word), ..] if *word == "use" => 1 + self.import(scope, &rest[1..]),
                [TokenTree::Ident(word), TokenTree::Ident(name), after, ..] if *word == "mod" => self.module(scope, &name.to_string(), after),
                [TokenTree::Ident(word), _, TokenTree::Ident(name), ..] if *word == "macro_rules" => {
                    self.macros.insert(name.to_string());
                    3
                }
                [TokenTree::Ident(_), ..] => self.path(scope, rest, false),
                [TokenTree::Punct(_), ..] if is_colons(rest) => 2 + self.path(scope, &rest[2..], true),
                [TokenTree::Group(group), ..] => {
                    self.walk(scope, group.stream());
                    1
                }
                [TokenTree::Literal(literal), ..] => {
                    self.text(literal);
                    1
                }
                _ => 1,
            };
        }
    }

    /// Skips documentation and test code. Returns the number of tokens skipped.
    fn attribute(&mut self, scope: &[String], attribute: &Group, after: &[TokenTree]) -> usize {
        let words: Vec<TokenTree> = attribute.stream().into_iter().collect();
        match words.as_slice() {
            [TokenTree::Ident(name), ..] if *name == "doc" => 2,
            [TokenTree::Ident(name), TokenTree::Group(condition)] if *name == "cfg" && is_only_tests(condition.stream()) => 2 + self.skip_item(scope, after),
            _ => {
                self.walk(scope, attribute.stream());
                2
            }
        }
    }

    /// The length of the next item, up to its `;` or its body in braces.
    fn skip_item(&mut self, scope: &[String], tokens: &[TokenTree]) -> usize {
        let end = |token: &TokenTree| match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        let length = tokens.iter().position(end).map_or(tokens.len(), |at| at + 1);
        for pair in tokens[..length].windows(2) {
            if let [TokenTree::Ident(word), TokenTree::Ident(name)] = pair
                && *word == "mod"
            {
                self.tests.push(joined(scope, &name.to_string()));
            }
        }
        length
    }

    fn module(&mut self, scope: &[String], name: &str, after: &TokenTree) -> usize {
        let module = joined(scope, name);
        if let TokenTree::Group(body) = after {
            self.walk(&module, body.stream());
        }
        self.declared.insert(module);
        3
    }

    /// Reads the tree after `use`, up to its `;`.
    fn import(&mut self, scope: &[String], tokens: &[TokenTree]) -> usize {
        let end = tokens.iter().position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
        // Without a semicolon it is not an item but, for example, `impl Trait + use<'_>`.
        let Some(end) = end else { return 0 };
        if matches!(tokens.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '<') {
            return 0;
        }
        let foreign = is_colons(tokens);
        self.branch(scope, &[], &tokens[if foreign { 2 } else { 0 }..end], foreign);
        end + 1
    }

    /// One branch of a `use` tree: `a::b`, `a::b as c`, `a::{…}`, `a::*`.
    fn branch(&mut self, scope: &[String], before: &[String], tokens: &[TokenTree], foreign: bool) {
        let mut path = before.to_vec();
        let mut line = 0;
        let mut alias = None;
        let mut words = tokens.iter();
        while let Some(token) = words.next() {
            match token {
                TokenTree::Ident(word) if *word == "as" => alias = words.next().map(ToString::to_string),
                TokenTree::Ident(word) => {
                    line = word.span().start().line;
                    // `a::{self}` names `a`.
                    if *word != "self" || path.is_empty() {
                        path.push(word.to_string());
                    }
                }
                TokenTree::Group(group) => {
                    let branches: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in branches.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')) {
                        if !branch.is_empty() {
                            self.branch(scope, &path, branch, foreign);
                        }
                    }
                    return;
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    line = punct.span().start().line;
                    self.globs.push((scope.to_vec(), path.clone()));
                }
                _ => {}
            }
        }
        if let Some(short) = alias.or_else(|| path.last().cloned()) {
            self.imports.insert((scope.to_vec(), short), path.clone());
        }
        self.named.push(Named { scope: scope.to_vec(), path, foreign, line });
    }

    /// Reads a path in code. A single name is ignored, because its `use` was already read.
    fn path(&mut self, scope: &[String], tokens: &[TokenTree], foreign: bool) -> usize {
        let [TokenTree::Ident(first), ..] = tokens else { return 0 };
        let mut path = vec![first.to_string()];
        let mut at = 1;
        while let [_, _, TokenTree::Ident(next), ..] = &tokens[at..]
            && is_colons(&tokens[at..])
        {
            path.push(next.to_string());
            at += 3;
        }
        if path.len() > 1 {
            self.named.push(Named { scope: scope.to_vec(), path, foreign, line: first.span().start().line });
        }
        at
    }

    fn text(&mut self, literal: &proc_macro2::Literal) {
        let written = literal.to_string();
        let text = written.trim_start_matches(['r', 'b', 'c', '#']);
        if let Some(text) = text.strip_prefix('"') {
            // A string that continues after a backslash counts as one line.
            self.texts.push((text.replace("\\\n", " ").replace("\\n", " "), literal.span().start().line));
        }
    }
}

/// The module of that name inside this one.
pub fn joined(scope: &[String], name: &str) -> Module {
    let mut module = scope.to_vec();
    module.push(name.to_owned());
    module
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(one), TokenTree::Punct(two), ..] if one.as_char() == ':' && two.as_char() == ':')
}

/// Whether this condition is true only in tests: `test`, or `all(…)` that contains it.
fn is_only_tests(condition: TokenStream) -> bool {
    let words: Vec<TokenTree> = condition.into_iter().collect();
    match words.as_slice() {
        [TokenTree::Ident(word)] => *word == "test",
        [TokenTree::Ident(word), TokenTree::Group(of)] if *word == "all" => {
            let conditions: Vec<TokenTree> = of.stream().into_iter().collect();
            let mut all = conditions.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
            all.any(|one| is_only_tests(one.iter().cloned().collect()))
        }
        _ => false,
    }
}
