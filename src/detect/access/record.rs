//! Which rows of the sign-in frame are people's sign-ins, and which of them are one sign-in in two logs.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::evidence::Evidence;
use crate::frame::SignIn;

/// Every kind of evidence that fills the sign-in frame with people.
pub(super) const SIGN_INS: &[Evidence] =
    &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons];

/// Rows of people (no service principals) with a time and an account that satisfy `condition`, in frame order.
pub(super) fn select(case: &Case, condition: impl Fn(SignIn<'_>) -> bool) -> Vec<SignIn<'_>> {
    let is_person = |row: &SignIn<'_>| {
        row.account().is_some_and(|account| !account.is_empty() && !account.starts_with("sp:"))
            && row.time().is_some()
            && !matches!(row.stream(), Some("service-principal" | "managed-identity"))
    };
    case.frames.sign_ins.iter().filter(|row| condition(*row) && is_person(row)).collect()
}

/// A token was issued.
pub(super) fn succeeded(row: SignIn<'_>) -> bool {
    row.error_code() == Some(0)
}

/// The rows without those of the unified audit log that repeat an Entra row under another id (loading has folded equal ids): the same correlation id, or
/// account, second and outcome.
/// Where both logs were exported each sign-in stands in both, and every count would be twice too high.
pub(super) fn without_twins<'a>(rows: impl IntoIterator<Item = SignIn<'a>>) -> Vec<SignIn<'a>> {
    let rows: Vec<SignIn<'a>> = rows.into_iter().collect();
    let moment = |row: &SignIn<'a>| Some((row.account()?, row.time()?.0.div_euclid(1_000_000), row.error_code()?));
    let named = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
    let entra = || rows.iter().filter(|row| row.feed() != Some("ual"));
    let correlations: BTreeSet<&str> = entra().filter_map(|row| named(row.correlation_id())).collect();
    let moments: BTreeSet<_> = entra().filter_map(moment).collect();
    let is_twin = |row: &SignIn<'a>| {
        named(row.correlation_id()).is_some_and(|id| correlations.contains(id)) || moment(row).is_some_and(|moment| moments.contains(&moment))
    };
    rows.iter().filter(|row| row.feed() != Some("ual") || !is_twin(row)).copied().collect()
}

/// How many sign-ins the rows are, see [`without_twins`].
pub(super) fn n_sign_ins(rows: &[SignIn<'_>]) -> usize {
    without_twins(rows.iter().copied()).len()
}
