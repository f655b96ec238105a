//! Which module uses which, read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::conformance::entries;

/// The path of a module from the crate's root: `["client", "call"]`.
pub type Module = Vec<String>;

/// The modules of a crate, and the uses between them.
pub struct House {
    modules: BTreeSet<Module>,
    /// By module, the names that it re-exports from others, and where they lead.
    exports: BTreeMap<(Module, String), Module>,
    /// Every use: the file that has it, its module, and the path that it names, from the root.
    uses: Vec<(PathBuf, Module, Vec<String>)>,
}

/// Every Rust file under `folder`, with its path from there.
pub fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for path in entries(folder) {
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, &mut files);
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file");
        (path.strip_prefix(folder).expect("below it").to_owned(), text)
    };
    files.into_iter().map(read).collect()
}

/// The module that the file `path` holds: `client/mod.rs` is `["client"]`.
fn module(path: &Path) -> Module {
    let mut names: Module =
        path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.pop_if(|last| matches!(last.as_str(), "mod" | "lib" | "main"));
    names
}

/// `text` without comments and without inline modules that are compiled only for tests.
pub fn code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            let item = lines.next().unwrap_or_default();
            if item.ends_with('{') {
                // As rustfmt writes it, the brace that closes an item is at the beginning of its line.
                lines.by_ref().find(|line| *line == "}");
            }
            continue;
        }
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// The paths that begin at each place of `text` where one begins with `prefix`; groups in braces are taken apart.
pub fn paths(text: &str, prefix: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        // Part of a longer name or path: `my_crate::`, `super::super::` of a deeper module.
        let before = text[..at].chars().next_back();
        if before.is_some_and(|before| before == ':' || before == '_' || before.is_alphanumeric()) {
            continue;
        }
        tree(&text[at + prefix.len()..], &[], &mut found);
    }
    found
}

/// Reads one tree of a `use`, or one plain path, and says how much of `text` it took.
fn tree(text: &str, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let skip = |text: &str| text.len() - text.trim_start().len();
    let start = skip(text);
    let rest = &text[start..];
    if let Some(group) = rest.strip_prefix('{') {
        let mut at = 0;
        loop {
            at += skip(&group[at..]);
            match group[at..].chars().next() {
                None | Some('}') => return start + at + 2,
                Some(',') => at += 1,
                Some(_) => at += tree(&group[at..], before, found).max(1),
            }
        }
    }
    let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
    let mut path = before.to_vec();
    if end > 0 {
        path.push(rest[..end].to_owned());
    } else if rest.starts_with('*') {
        path.push("*".to_owned());
    }
    match rest[end..].strip_prefix("::") {
        Some(deeper) if end > 0 => start + end + 2 + tree(deeper, &path, found),
        _ => {
            found.push(path);
            start + end + usize::from(end == 0 && rest.starts_with('*'))
        }
    }
}

impl House {
    /// Reads `files`: their paths from the source folder, and their texts.
    pub fn of(files: &[(PathBuf, String)]) -> Self {
        let modules: BTreeSet<Module> = files.iter().map(|(path, _)| module(path)).collect();
        let mut house = Self { modules, exports: BTreeMap::new(), uses: Vec::new() };
        for (path, text) in files {
            let (own, code) = (module(path), code(text));
            house.read_exports(&own, &code);
            for path_from_root in paths(&code, "crate::") {
                house.uses.push((path.clone(), own.clone(), path_from_root));
            }
            for (at, supers) in (1..=own.len()).map(|depth| (own.len() - depth, "super::".repeat(depth))) {
                for path_from_there in paths(&code, &supers) {
                    if path_from_there.first().is_none_or(|first| first != "super") {
                        let whole = own[..at].iter().cloned().chain(path_from_there).collect();
                        house.uses.push((path.clone(), own.clone(), whole));
                    }
                }
            }
        }
        house
    }

    /// `pub use child::Name`, of whatever visibility, in the module `own`.
    fn read_exports(&mut self, own: &Module, code: &str) {
        for (at, _) in code.match_indices("use ") {
            let line_before = code[..at].rsplit('\n').next().unwrap_or_default();
            if !line_before.trim_start().is_empty() && !line_before.trim_start().starts_with("pub") {
                continue;
            }
            let mut found = Vec::new();
            tree(&code[at + 4..], &[], &mut found);
            for path in found {
                let child: Module = own.iter().chain(path.first()).cloned().collect();
                if let (true, Some(name)) = (self.modules.contains(&child), path.last()) {
                    let target = own.iter().chain(&path).cloned().collect();
                    self.exports.insert((own.clone(), name.clone()), target);
                }
            }
        }
    }

    /// The module that the path from the root leads to, through re-exports; the root for what is not found.
    fn resolve(&self, path: &[String]) -> Module {
        let mut at = Module::new();
        for (index, name) in path.iter().enumerate() {
            let deeper: Module = at.iter().chain([name]).cloned().collect();
            if self.modules.contains(&deeper) {
                at = deeper;
            } else if let Some(target) = self.exports.get(&(at.clone(), name.clone())) {
                // One more step is enough for each name, so this ends.
                let rest = path[index + 1..].iter();
                let target: Vec<String> = target.iter().chain(rest).cloned().collect();
                return if target.len() > path.len() + 8 { at } else { self.resolve(&target) };
            } else {
                break;
            }
        }
        at
    }

    /// The modules at the root.
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.modules.iter().filter_map(|module| module.first()).map(String::as_str).collect()
    }

    /// Each use of one room by another: the file, the room that uses, the room or name that is used.
    pub fn between_rooms(&self) -> BTreeSet<(&Path, &str, String)> {
        let mut found = BTreeSet::new();
        for (file, own, path) in &self.uses {
            let (Some(room), Some(first)) = (own.first(), path.first()) else { continue };
            let target = self.resolve(path).first().unwrap_or(first).clone();
            if target != *room {
                found.insert((file.as_path(), room.as_str(), target));
            }
        }
        found
    }

    /// The rooms that use another, each with the one that it uses.
    pub fn uses_between_rooms(&self) -> BTreeSet<(String, String)> {
        self.between_rooms().into_iter().map(|(_, room, used)| (room.to_owned(), used)).collect()
    }

    /// The modules of one folder that use each other in a circle: the folder, and those modules.
    pub fn circles(&self) -> Vec<(String, BTreeSet<String>)> {
        let mut arrows: BTreeMap<Module, BTreeSet<(String, String)>> = BTreeMap::new();
        for (_, own, path) in &self.uses {
            let target = self.resolve(path);
            let shared = own.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (own.get(shared), target.get(shared)) {
                arrows.entry(own[..shared].to_vec()).or_default().insert((from.clone(), to.clone()));
            }
        }
        let of_folder = |(folder, arrows): (Module, BTreeSet<(String, String)>)| {
            let circles = circles(&arrows);
            circles.into_iter().map(move |circle| (folder.join("/"), circle)).collect::<Vec<_>>()
        };
        arrows.into_iter().flat_map(of_folder).collect()
    }
}

/// The sets of names that can all be reached from each other.
pub fn circles(arrows: &BTreeSet<(String, String)>) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.clone()];
        while let Some(name) = next.pop() {
            for (_, to) in arrows.iter().filter(|(start, _)| *start == name) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<String, BTreeSet<String>> =
        arrows.iter().map(|(from, _)| (from.clone(), reached(from))).collect();
    let circle = |from: &String| -> BTreeSet<String> {
        let back = |to: &&String| all.get(*to).is_some_and(|reached| reached.contains(from));
        all[from].iter().filter(back).cloned().collect()
    };
    let found: BTreeSet<BTreeSet<String>> = all.keys().map(circle).filter(|set| !set.is_empty()).collect();
    found.into_iter().collect()
}
