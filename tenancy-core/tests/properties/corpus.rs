//! Inputs worth trying in every run. One JSON value per line; lines that start with `#` say why.

use serde::de::DeserializeOwned;

const TEXTS: &str = include_str!("../corpus/texts.txt");
const HOSTS: &str = include_str!("../corpus/hosts.txt");
const HEADERS: &str = include_str!("../corpus/headers.txt");
const CONNINFO: &str = include_str!("../corpus/conninfo.txt");

fn lines<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Names and texts that want to be more than that.
pub(crate) fn texts() -> Vec<String> {
    lines(TEXTS)
}

/// `Host` headers.
pub(crate) fn hosts() -> Vec<String> {
    lines(HOSTS)
}

/// The values of every `X-Tenant-ID` header of one request.
pub(crate) fn headers() -> Vec<Vec<String>> {
    lines(HEADERS)
}

/// Database URLs and connection strings.
pub(crate) fn conninfo() -> Vec<String> {
    lines(CONNINFO)
}
