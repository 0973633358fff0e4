//! Shapes of things that happened: sign-ins, audit records, mail flow, risk, alerts. One file per shape or family of shapes; `audit_data/`, `sign_in/`,
//! `alerts/`, `directory_audit`, `mail_flow` and `wrapped` hold what several of them share.

mod alerts;
mod audit_data;
mod azure_monitor;
mod defender_alerts;
mod defender_incidents;
mod diraudit_graph;
mod diraudit_portal_csv;
mod directory_audit;
mod graph_activity;
mod hunting_alerts;
mod hunting_email;
mod hunting_events;
mod hunting_identity_info;
mod hunting_sign_ins;
mod hunting_teams;
mod la_auditlogs;
mod la_officeactivity;
mod la_signin;
mod mail_flow;
mod mail_read_lists;
mod management_listing;
mod message_trace;
mod message_trace_history;
mod portal_localised;
mod quarantine_messages;
mod risk_detection;
mod risky_user;
mod sentinel_alerts;
mod sign_in;
mod signin_graph;
mod signin_portal_csv;
mod signin_portal_steps;
mod ual_auditdata;
mod ual_elastic;
mod ual_graph;
mod ual_partial;
mod ual_purview;
mod ual_search;
mod wrapped;

use crate::evidence::shape::Shape;

/// Event shapes, most specific first.
pub const EVENT_SHAPES: &[&Shape] = &[
    &management_listing::MANAGEMENT_LISTING,
    &ual_elastic::UAL_ELASTIC,
    &ual_graph::UAL_GRAPH,
    &ual_search::UAL_SEARCH,
    &ual_purview::UAL_PURVIEW,
    &ual_partial::UAL_PARTIAL,
    &ual_auditdata::UAL_AUDITDATA,
    &la_officeactivity::LA_OFFICEACTIVITY,
    &azure_monitor::AZURE_MONITOR,
    &graph_activity::GRAPH_ACTIVITY,
    &hunting_sign_ins::HUNTING_SIGN_INS,
    &hunting_alerts::HUNTING_ALERTS,
    &hunting_email::HUNTING_EMAIL,
    &hunting_email::HUNTING_EMAIL_PARTS,
    &hunting_identity_info::HUNTING_IDENTITY_INFO,
    &hunting_teams::HUNTING_TEAMS,
    &hunting_events::HUNTING_URL_CLICKS,
    &hunting_events::HUNTING_CLOUD_APPS,
    &hunting_events::HUNTING_IDENTITY,
    &hunting_events::CLOUD_APP_ACTIVITIES,
    &mail_read_lists::MAIL_SESSIONS,
    &mail_read_lists::MAIL_MESSAGE_IDS,
    &la_signin::LA_SIGNIN,
    &signin_graph::SIGNIN_GRAPH,
    &signin_portal_steps::SIGNIN_PORTAL_STEPS,
    &signin_portal_csv::SIGNIN_PORTAL_CSV,
    &diraudit_graph::DIRAUDIT_GRAPH,
    &la_auditlogs::LA_AUDITLOGS,
    &diraudit_portal_csv::DIRAUDIT_PORTAL_CSV,
    &portal_localised::SIGNIN_PORTAL_LOCALISED,
    &portal_localised::DIRAUDIT_PORTAL_LOCALISED,
    &risk_detection::RISK_DETECTION,
    &risky_user::RISKY_USER,
    &message_trace::MESSAGE_TRACE,
    &message_trace::MESSAGE_TRACE_DETAIL,
    &message_trace_history::MESSAGE_TRACE_SUMMARY,
    &message_trace_history::MESSAGE_TRACKING,
    &quarantine_messages::QUARANTINE_MESSAGES,
    &defender_alerts::DEFENDER_ALERTS,
    &defender_alerts::SECURITY_ALERTS,
    &defender_incidents::DEFENDER_INCIDENTS,
    &defender_incidents::DEFENDER_INCIDENTS_OLDER,
    &sentinel_alerts::SENTINEL_INCIDENTS,
    &sentinel_alerts::SENTINEL_ALERTS,
];
