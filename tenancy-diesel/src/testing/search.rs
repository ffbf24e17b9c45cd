use super::marker::Marker;
use super::sentinel::Sentinel;

/// Looks for the markers of all sentinels.
#[derive(Debug, Clone)]
pub(super) struct Search(Vec<Needle>);

#[derive(Debug, Clone)]
struct Needle {
    owner: usize,
    kind: Kind,
    forms: [String; 2],
}

/// Where a marker belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In the tenant's rows.
    Row,
    /// In the tenant's name.
    Label,
}

/// A marker that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Whose it is, by the sentinel's place.
    pub(super) owner: usize,
    pub(super) kind: Kind,
    /// The operation that wrote it; `None` for what was planted.
    pub(super) written_by: Option<u64>,
    /// What stands around it.
    pub(super) excerpt: String,
}

/// How much of the surroundings is shown, in bytes.
const AROUND: usize = 40;

impl Search {
    pub(super) fn new(sentinels: &[Sentinel]) -> Self {
        let needle =
            |owner, kind, marker: &Marker| Needle { owner, kind, forms: [marker.to_string(), marker.hex()] };
        let needles = |(owner, sentinel): (usize, &Sentinel)| {
            [needle(owner, Kind::Row, &sentinel.marker), needle(owner, Kind::Label, &sentinel.label)]
        };
        Self(sentinels.iter().enumerate().flat_map(needles).collect())
    }

    /// Every marker in `bytes`, in whatever case.
    pub(super) fn all(&self, bytes: &[u8]) -> Vec<Hit> {
        let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let mut hits = Vec::new();
        for needle in &self.0 {
            for form in &needle.forms {
                hits.extend(text.match_indices(form).map(|(at, _)| Hit {
                    owner: needle.owner,
                    kind: needle.kind,
                    written_by: Marker::number_in(&text[at + form.len()..]),
                    excerpt: excerpt(&text, at, at + form.len()),
                }));
            }
        }
        hits
    }

    /// A regular expression of PostgreSQL that finds whatever may stand in rows.
    pub(super) fn pattern(&self) -> String {
        let rows = self.0.iter().filter(|needle| needle.kind == Kind::Row);
        rows.flat_map(|needle| needle.forms.iter().cloned()).collect::<Vec<_>>().join("|")
    }
}

/// The beginning of something, for a report.
pub(super) fn beginning(bytes: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(bytes), 0, 3 * AROUND)
}

fn excerpt(text: &str, from: usize, to: usize) -> String {
    let (from, to) = (from.saturating_sub(AROUND), to.saturating_add(AROUND).min(text.len()));
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
    let middle = text[from..to].replace(char::is_control, " ");
    format!("{}{middle}{}", ellipsis(from > 0), ellipsis(to < text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(markers: &[&Marker]) -> Search {
        let needle = |(owner, marker): (usize, &&Marker)| Needle {
            owner,
            kind: Kind::Row,
            forms: [marker.to_string(), marker.hex()],
        };
        Search(markers.iter().enumerate().map(needle).collect())
    }

    #[test]
    fn a_marker_is_found_in_every_form() {
        let (a, b) = (Marker::random(), Marker::random());
        let search = search(&[&a, &b]);
        assert!(search.all(b"nothing here").is_empty());
        let found = search.all(format!("{{\"id\":1,\"body\":\"{}\"}}", b.numbered(17)).as_bytes());
        assert_eq!((found.len(), found[0].owner, found[0].written_by), (1, 1, Some(17)));
        let shouted = a.to_string().to_uppercase();
        assert_eq!(search.all(shouted.as_bytes())[0].owner, 0);
        assert_eq!(search.all(format!("\\x00{}00", a.hex()).as_bytes())[0].owner, 0);
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend(b.to_string().bytes());
        assert_eq!(search.all(&bytes)[0].owner, 1, "in what is no UTF-8");
    }

    #[test]
    fn excerpts_are_cut_between_characters() {
        let marker = Marker::random();
        let text = format!("{}{marker}{}\nend", "é".repeat(41), "ü".repeat(41));
        let hit = &search(&[&marker]).all(text.as_bytes())[0];
        assert!(hit.excerpt.starts_with('…') && hit.excerpt.ends_with('…'), "{}", hit.excerpt);
    }
}
