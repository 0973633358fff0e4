//! Shapes of how things stood when the export was made. One file per shape; `rule`, `permission`, `mailbox`, `member`, `application`, `automation`
//! and `policy` hold what several shapes of one kind share, `cell`, `owner` and `ids` read single facts.

mod application;
mod automation;
mod cell;
mod collaboration_settings;
mod collector_oauth_permissions;
mod defender_oauth_apps;
mod entra_app_activity;
mod entra_app_role_assignments;
mod entra_applications;
mod entra_auth_methods;
mod entra_conditional_access;
mod entra_devices;
mod entra_directory_roles;
mod entra_federated_credentials;
mod entra_groups;
mod entra_named_locations;
mod entra_oauth_grants;
mod entra_registration_details;
mod entra_service_principals;
mod entra_settings;
mod entra_users;
mod exchange_auto_replies;
mod exchange_cas_mailboxes;
mod exchange_connectors;
mod exchange_folder_permissions;
mod exchange_inbox_rules;
mod exchange_mailbox_audit;
mod exchange_mailbox_permissions;
mod exchange_mailboxes;
mod exchange_mobile_devices;
mod exchange_recipient_permissions;
mod exchange_role_groups;
mod exchange_settings;
mod exchange_sweep_rules;
mod exchange_transport_rules;
mod goose_mailbox_permissions;
mod graph_message_rules;
mod group_members;
mod ids;
mod mailbox;
mod member;
mod mes_auth_methods;
mod mes_conditional_access;
mod mes_graph_inbox_rules;
mod mes_inbox_rules;
mod mes_mailbox_permissions;
mod mes_role_holders;
mod owner;
mod permission;
mod policy;
mod power_apps;
mod power_automate_flows;
mod power_platform_roles;
mod purview_ediscovery;
mod rule;

use crate::evidence::shape::Shape;

/// State shapes. Each claims its own records and no other's, so their order carries no meaning; a test holds them to it.
pub const STATE_SHAPES: &[&Shape] = &[
    &exchange_inbox_rules::SHAPE,
    &mes_inbox_rules::SHAPE,
    &mes_graph_inbox_rules::SHAPE,
    &graph_message_rules::SHAPE,
    &exchange_sweep_rules::SHAPE,
    &exchange_transport_rules::SHAPE,
    &exchange_mailboxes::SHAPE,
    &exchange_mailbox_audit::SHAPE,
    &exchange_mailbox_permissions::SHAPE,
    &exchange_recipient_permissions::SHAPE,
    &exchange_folder_permissions::SHAPE,
    &mes_mailbox_permissions::SHAPE,
    &entra_oauth_grants::SHAPE,
    &collector_oauth_permissions::SHAPE,
    &entra_app_role_assignments::SHAPE,
    &entra_service_principals::SHAPE,
    &entra_applications::SHAPE,
    &entra_auth_methods::SHAPE,
    &mes_auth_methods::SHAPE,
    &entra_registration_details::SHAPE,
    &entra_devices::SHAPE,
    &exchange_mobile_devices::SHAPE,
    &entra_conditional_access::SHAPE,
    &mes_conditional_access::SHAPE,
    &entra_named_locations::SHAPE,
    &entra_directory_roles::SHAPE,
    &mes_role_holders::SHAPE,
    &entra_users::SHAPE,
    &collaboration_settings::SHAPE,
    &defender_oauth_apps::SHAPE,
    &entra_app_activity::SHAPE,
    &entra_federated_credentials::SHAPE,
    &entra_groups::SHAPE,
    &entra_settings::SHAPE,
    &exchange_auto_replies::SHAPE,
    &exchange_cas_mailboxes::SHAPE,
    &exchange_connectors::SHAPE,
    &exchange_role_groups::SHAPE,
    &exchange_settings::SHAPE,
    &goose_mailbox_permissions::SHAPE,
    &group_members::SHAPE,
    &power_apps::SHAPE,
    &power_automate_flows::SHAPE,
    &power_platform_roles::SHAPE,
    &purview_ediscovery::SHAPE,
];
