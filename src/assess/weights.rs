//! The weight of each signal, read from `data/signals.csv`: numbers that analysts can see and argue with, kept out of the code.

use std::collections::BTreeMap;

/// The six patterns of `report.json`, in the column order of the table.
pub(crate) const PATTERNS: [&str; 6] = ["mfa-fatigue", "aitm", "oauth-consent", "service-account", "shared-mailbox", "password-spray"];

/// Decibans added to each pattern before any evidence: only breaks ties. Source: the runbooks call AiTM the most frequent entry of 2025–26.
pub(crate) const PRIORS: [f64; 6] = [-1.0, 4.0, 0.0, 0.0, -2.0, 0.0];

/// What a signal says about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Somebody tried.
    Attempt,
    /// The password is known to somebody who failed elsewhere.
    Password,
    /// Somebody got in.
    Access,
    /// Something was done that attackers do after access.
    Action,
    /// Unusual, innocent when alone.
    Hint,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Weight {
    pub(crate) role: Role,
    /// Correlated signals share a family and are not added up.
    pub(crate) family: &'static str,
    /// Decibans for "somebody else used the account".
    pub(crate) hostile: f64,
    /// May carry the status "suspected" without a second family.
    pub(crate) alone: bool,
    /// Decibans per pattern, in the order of [`PATTERNS`].
    pub(crate) patterns: [f64; 6],
    /// Variant this signal speaks for.
    pub(crate) variant: Option<&'static str>,
    /// The variant holds only when no other signal names one.
    pub(crate) variant_is_fallback: bool,
}

/// The shipped table.
#[derive(Debug, Clone)]
pub(crate) struct Weights(BTreeMap<&'static str, Weight>);

const TABLE: &str = include_str!("../data/signals.csv");

impl Weights {
    /// Parses the shipped table; lines that do not parse are absent, which the test of this file would notice.
    pub(crate) fn shipped() -> Self {
        Self(TABLE.lines().filter(|line| !line.starts_with('#') && !line.starts_with("signal,")).filter_map(parse).collect())
    }

    /// The weight of a signal.
    pub(crate) fn get(&self, signal: &str) -> Option<&Weight> {
        self.0.get(signal)
    }
}

fn parse(line: &'static str) -> Option<(&'static str, Weight)> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let [signal, role, family, hostile, alone, per_pattern @ .., variant] = cells.as_slice() else { return None };
    if per_pattern.len() != PATTERNS.len() {
        return None;
    }
    let role = match *role {
        "attempt" => Role::Attempt,
        "password" => Role::Password,
        "access" => Role::Access,
        "action" => Role::Action,
        "hint" => Role::Hint,
        _ => return None,
    };
    let mut patterns = [0.0; 6];
    for (slot, cell) in patterns.iter_mut().zip(per_pattern) {
        *slot = cell.parse().ok()?;
    }
    let name = variant.trim_end_matches('?');
    Some((
        signal,
        Weight {
            role,
            family,
            hostile: hostile.parse().ok()?,
            alone: *alone == "suspected",
            patterns,
            variant: (!name.is_empty()).then_some(name),
            variant_is_fallback: variant.ends_with('?'),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_parses() {
        let n_lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.starts_with("signal,")).count();
        assert_eq!(Weights::shipped().0.len(), n_lines);
    }

    #[test]
    fn every_signal_of_every_detector_has_a_weight() {
        let weights = Weights::shipped();
        let missing: Vec<_> =
            crate::detect::detectors().flat_map(|detector| detector.signals).filter(|signal| weights.get(signal).is_none()).collect();
        assert!(missing.is_empty(), "signals without a line in data/signals.csv: {missing:?}");
    }

    #[test]
    fn no_origin_signal_can_convict_alone() {
        let weights = Weights::shipped();
        for (signal, weight) in &weights.0 {
            if weight.family == "origin" {
                assert!(!weight.alone && weight.hostile <= 8.0 && weight.patterns.iter().all(|points| points.abs() < f64::EPSILON), "{signal}");
            }
        }
    }
}
