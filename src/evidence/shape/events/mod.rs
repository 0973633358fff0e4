//! Shapes of things that happened: sign-ins, audit records, risk.

mod audit_data;
mod audit_log;
mod azure_monitor;
mod directory_audit;
mod risk;
mod sign_in;

use crate::evidence::shape::Shape;

/// Event shapes, most specific first.
pub const EVENT_SHAPES: &[&Shape] = &[
    &audit_log::MANAGEMENT_LISTING,
    &audit_log::UAL_GRAPH,
    &audit_log::UAL_SEARCH,
    &audit_log::UAL_PURVIEW,
    &audit_log::UAL_AUDITDATA,
    &azure_monitor::AZURE_MONITOR,
    &sign_in::SIGNIN_GRAPH,
    &sign_in::SIGNIN_PORTAL_STEPS,
    &sign_in::SIGNIN_PORTAL_CSV,
    &directory_audit::DIRAUDIT_GRAPH,
    &directory_audit::DIRAUDIT_PORTAL_CSV,
    &risk::RISK_DETECTION,
    &risk::RISKY_USER,
];
