//! Shapes of things that happened: sign-ins, audit records, risk. One file per shape, named like its id; `audit_data/`, `sign_in/`,
//! `directory_audit` and `wrapped` hold what several of them share.

mod audit_data;
mod azure_monitor;
mod diraudit_graph;
mod diraudit_portal_csv;
mod directory_audit;
mod la_officeactivity;
mod la_signin;
mod management_listing;
mod risk_detection;
mod risky_user;
mod sign_in;
mod signin_graph;
mod signin_portal_csv;
mod signin_portal_steps;
mod ual_auditdata;
mod ual_graph;
mod ual_partial;
mod ual_purview;
mod ual_search;
mod wrapped;

use crate::evidence::shape::Shape;

/// Event shapes, most specific first.
pub const EVENT_SHAPES: &[&Shape] = &[
    &management_listing::MANAGEMENT_LISTING,
    &ual_graph::UAL_GRAPH,
    &ual_search::UAL_SEARCH,
    &ual_purview::UAL_PURVIEW,
    &ual_partial::UAL_PARTIAL,
    &ual_auditdata::UAL_AUDITDATA,
    &la_officeactivity::LA_OFFICEACTIVITY,
    &azure_monitor::AZURE_MONITOR,
    &la_signin::LA_SIGNIN,
    &signin_graph::SIGNIN_GRAPH,
    &signin_portal_steps::SIGNIN_PORTAL_STEPS,
    &signin_portal_csv::SIGNIN_PORTAL_CSV,
    &diraudit_graph::DIRAUDIT_GRAPH,
    &diraudit_portal_csv::DIRAUDIT_PORTAL_CSV,
    &risk_detection::RISK_DETECTION,
    &risky_user::RISKY_USER,
];
