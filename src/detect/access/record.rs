//! Which rows of the sign-in frame are people's sign-ins, and which of them are one sign-in in two logs.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, Expr, IntoLazy, NamedFrom, Series, col, lit};

use crate::case::Case;
use crate::detect::DetectError;
use crate::evidence::Evidence;
use crate::frame::{Frame, SignIn, sign_in};

/// Every kind of evidence that fills the sign-in frame with people.
pub(super) const SIGN_INS: &[Evidence] =
    &[Evidence::InteractiveSignIns, Evidence::NonInteractiveSignIns, Evidence::UnknownSignIns, Evidence::AuditLogons];

/// Rows of people (no service principals) with a time and an account that satisfy `condition`, in frame order.
pub(super) fn select(case: &Case, condition: Expr) -> Result<DataFrame, DetectError> {
    let person = col(sign_in::account)
        .is_not_null()
        .and(col(sign_in::account).neq(lit("")))
        .and(col(sign_in::account).str().starts_with(lit("sp:")).not())
        .and(col(sign_in::time).is_not_null());
    let stream = col(sign_in::stream).fill_null(lit("unknown"));
    let human = stream.clone().neq(lit("service-principal")).and(stream.neq(lit("managed-identity")));
    Ok(case.frames.sign_ins.data().clone().lazy().filter(condition.and(person).and(human)).collect()?)
}

/// Rows whose error code is one of `codes`. Rows without a code match nothing.
pub(super) fn code_in(codes: &[i64]) -> Expr {
    codes.iter().fold(lit(false), |any, code| any.or(col(sign_in::error_code).eq(lit(*code)).fill_null(lit(false))))
}

/// Rows in which a token was issued.
pub(super) fn succeeded() -> Expr {
    code_in(&[0])
}

/// Rows of these accounts.
pub(super) fn account_in<'a>(accounts: impl IntoIterator<Item = &'a str>) -> Expr {
    let names: Vec<&str> = accounts.into_iter().collect();
    col(sign_in::account).is_in(lit(Series::new("accounts".into(), names)).implode(false), false)
}

/// The rows without those of the unified audit log that repeat an Entra row under another id (loading has folded equal ids): the same correlation id, or
/// account, second and outcome.
/// Where both logs were exported each sign-in stands in both, and every count would be twice too high.
pub(super) fn without_twins<'a>(rows: impl IntoIterator<Item = SignIn<'a>>) -> Vec<SignIn<'a>> {
    let rows: Vec<SignIn<'a>> = rows.into_iter().collect();
    let moment = |row: &SignIn<'a>| Some((row.account?, row.time?.0.div_euclid(1_000_000), row.error_code?));
    let named = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
    let entra = || rows.iter().filter(|row| row.feed != Some("ual"));
    let correlations: BTreeSet<&str> = entra().filter_map(|row| named(row.correlation_id)).collect();
    let moments: BTreeSet<_> = entra().filter_map(moment).collect();
    let is_twin = |row: &SignIn<'a>| {
        named(row.correlation_id).is_some_and(|id| correlations.contains(id)) || moment(row).is_some_and(|moment| moments.contains(&moment))
    };
    rows.iter().filter(|row| row.feed != Some("ual") || !is_twin(row)).copied().collect()
}

/// How many sign-ins the rows are, see [`without_twins`].
pub(super) fn n_sign_ins(rows: &[SignIn<'_>]) -> usize {
    without_twins(rows.iter().copied()).len()
}
