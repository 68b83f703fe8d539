//! Links of documents lead to files, and to headings, that there are.

use std::fs;
use std::path::{Path, PathBuf};

use super::root;

/// The documents in the folders that have some.
fn documents() -> Vec<PathBuf> {
    let folders = ["", "docs", "examples", "examples/real_crates"];
    let entries = folders
        .iter()
        .flat_map(|it| fs::read_dir(root().join(it)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect()
}

/// The places in brackets that a document links to, in this repository.
fn links(text: &str) -> Vec<&str> {
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    links.filter(|it| !it.starts_with("http")).collect()
}

/// By what a heading is linked to.
fn anchor(heading: &str) -> String {
    let kept = |it: &char| it.is_alphanumeric() || "-_ ".contains(*it);
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    heading
        .chars()
        .filter(kept)
        .collect::<String>()
        .replace(' ', "-")
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 15, "they were found");
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let path = match file {
                "" => document.clone(),
                file => document.parent().unwrap_or(Path::new("")).join(file),
            };
            assert!(path.exists(), "{}: {link}", document.display());
            if !heading.is_empty() {
                let text = fs::read_to_string(&path).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                assert!(
                    headings.any(|it| anchor(it) == heading),
                    "{}: {link}",
                    document.display()
                );
            }
        }
    }
}
