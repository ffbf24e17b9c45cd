//! A file of slugs: what `create --from-file` reads.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::Path;

use tenancy_diesel::NewTenant;
use tenancy_diesel::core::name::{SchemaNaming, TenantSlug};

use crate::exit::Usage;

/// How many faults are told.
const TOLD: usize = 20;

/// Reads `path`, or stdin when it is `-`.
///
/// # Errors
///
/// [`Usage`] when it cannot be read, or with every line that makes no tenant.
pub(crate) fn read(path: &Path, naming: &SchemaNaming) -> Result<Vec<NewTenant>, Usage> {
    let mut text = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().read_to_string(&mut text),
        _ => std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| Usage::new(format!("read {}: {error}", path.display())))?;
    parse(&text, naming)
}

/// A slug in each line, and a name behind a comma or a tab.
fn parse(text: &str, naming: &SchemaNaming) -> Result<Vec<NewTenant>, Usage> {
    let mut tenants = Vec::new();
    let mut lines: HashMap<TenantSlug, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (slug, name) = line.split_once([',', '\t']).unwrap_or((line, ""));
        let slug = match slug.trim().parse::<TenantSlug>() {
            Ok(slug) => slug,
            Err(error) => {
                faults.push(format!("line {number}: {error}"));
                continue;
            }
        };
        if let Err(error) = naming.schema_for(&slug) {
            faults.push(format!("line {number}: {error}"));
        } else if let Some(first) = lines.insert(slug.clone(), number) {
            faults.push(format!("line {number}: `{slug}` stands in line {first} already"));
            lines.insert(slug, first);
        } else {
            let new = NewTenant::new(slug);
            tenants.push(if name.trim().is_empty() { new } else { new.name(name.trim()) });
        }
    }
    if faults.is_empty() {
        return Ok(tenants);
    }
    if faults.len() > TOLD {
        let more = faults.len() - TOLD;
        faults.truncate(TOLD);
        faults.push(format!("and {more} more"));
    }
    Err(Usage::new(format!("no tenant was created:\n{}", faults.join("\n"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<NewTenant>, String> {
        parse(text, &SchemaNaming::default()).map_err(|usage| usage.to_string())
    }

    #[test]
    fn a_line_is_a_slug_and_perhaps_a_name() {
        let slug = |slug: &str| NewTenant::new(slug.parse().unwrap());
        let text = "\u{feff}# ours\nacme\n\n  globex , Globex, Inc. \r\nhooli\tHooli\n";
        let expected = vec![slug("acme"), slug("globex").name("Globex, Inc."), slug("hooli").name("Hooli")];
        assert_eq!(parsed(text).unwrap(), expected);
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let said = parsed("acme\nAcme!\nb\nacme\nadmin\nacme").unwrap_err();
        for part in [
            "line 2: ",
            "line 4: `acme` stands in line 1 already",
            "line 5: ",
            "line 6: `acme` stands in line 1 already",
        ] {
            assert!(said.contains(part), "{said}");
        }
        assert!(!said.contains("line 3"), "{said}");
    }
}
