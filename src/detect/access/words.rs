//! Addresses, applications and numbers of rows in the words of summaries.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::frame::SignIn;

/// Up to three values in order, then how many more: `a, b, c and 4 more`.
pub(super) fn listed(values: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = values.iter().take(3).map(String::as_str).collect();
    match values.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// [`listed`] for addresses, which records may lack.
pub(super) fn listed_addresses(addresses: &BTreeSet<String>) -> String {
    if addresses.is_empty() { "an unrecorded address".to_owned() } else { listed(addresses) }
}

/// The addresses of rows, without blanks.
pub(super) fn addresses_of(rows: &[SignIn<'_>]) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row.address()).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// Names of the applications of rows; the id where no row names it.
pub(super) fn apps_of(rows: &[SignIn<'_>]) -> BTreeSet<String> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        if let Some(id) = row.app_id().filter(|id| !id.is_empty()).or(row.app()) {
            let name = names.entry(id).or_insert(id);
            *name = row.app().filter(|app| !app.is_empty() && *name == id).unwrap_or(name);
        }
    }
    names.into_values().map(str::to_owned).filter(|name| !name.is_empty()).collect()
}

/// `1 prompt`, `2 prompts`, `2 addresses`.
pub(super) fn counted(n: usize, thing: &str) -> String {
    match n {
        1 => format!("1 {thing}"),
        _ if thing.ends_with('s') => format!("{n} {thing}es"),
        _ => format!("{n} {thing}s"),
    }
}

/// `203.0.113.9 (AS9009 M247 Europe SRL (vpn), RO)`, as far as known.
pub(super) fn origin(case: &Case, row: &SignIn<'_>) -> String {
    let address = row.address().filter(|address| !address.is_empty()).unwrap_or("an unrecorded address");
    let country = row.country().filter(|country| !country.is_empty()).map(|country| format!(", {country}")).unwrap_or_default();
    format!("{address} ({}{country})", case.networks.describe(row.asn()))
}
