//! The typed frames: few, stable, each column stated once. Shapes fill rows, detectors read rows or query the polars frame underneath.
//!
//! Three values, not two: a `Text` cell is null when the export has no such field, empty when the field is there without a value. For numbers
//! and flags null covers both; which columns an export can answer at all stands in `Case::columns`.
//!
//! Every frame starts with the provenance columns `source` (u32), `record` (u64) and `record_id` (text, may be empty).

mod column;
mod events;
mod remarks;
mod states;

pub use column::Frame;
pub use events::{
    AuditEvent, AuditEventBuilder, AuditEventRow, AuditEvents, MailAccess, MailAccessBuilder, MailAccessRow, MailAccesses, MailItem, MailItemBuilder,
    MailItemRow, MailItems, RiskEvent, RiskEventBuilder, RiskEventRow, RiskEvents, SignIn, SignInBuilder, SignInRow, SignIns, audit_event,
    mail_access, mail_item, risk_event, sign_in,
};
pub use remarks::{Cut, Lost, Remarks, Search};
pub use states::{
    AppState, AppStateBuilder, AppStateRow, AppStates, DeviceState, DeviceStateBuilder, DeviceStateRow, DeviceStates, GrantState, GrantStateBuilder,
    GrantStateRow, GrantStates, MailboxState, MailboxStateBuilder, MailboxStateRow, MailboxStates, MethodState, MethodStateBuilder, MethodStateRow,
    MethodStates, PermissionState, PermissionStateBuilder, PermissionStateRow, PermissionStates, PolicyState, PolicyStateBuilder, PolicyStateRow,
    PolicyStates, RuleState, RuleStateBuilder, RuleStateRow, RuleStates, UserState, UserStateBuilder, UserStateRow, UserStates, app_state,
    device_state, grant_state, mailbox_state, method_state, permission_state, policy_state, rule_state, user_state,
};

/// Declares a set of things with one member per frame, so that nothing has to list the frames a second time.
macro_rules! for_each_frame {
    ($macro:ident) => {
        $macro! {
            sign_ins: SignIns, SignInBuilder, SignInRow;
            audit: AuditEvents, AuditEventBuilder, AuditEventRow;
            mail_access: MailAccesses, MailAccessBuilder, MailAccessRow;
            mail_items: MailItems, MailItemBuilder, MailItemRow;
            risks: RiskEvents, RiskEventBuilder, RiskEventRow;
            rules: RuleStates, RuleStateBuilder, RuleStateRow;
            mailboxes: MailboxStates, MailboxStateBuilder, MailboxStateRow;
            permissions: PermissionStates, PermissionStateBuilder, PermissionStateRow;
            grants: GrantStates, GrantStateBuilder, GrantStateRow;
            apps: AppStates, AppStateBuilder, AppStateRow;
            methods: MethodStates, MethodStateBuilder, MethodStateRow;
            devices: DeviceStates, DeviceStateBuilder, DeviceStateRow;
            users: UserStates, UserStateBuilder, UserStateRow;
            policies: PolicyStates, PolicyStateBuilder, PolicyStateRow;
        }
    };
}

macro_rules! declare_frames {
    ($($member:ident: $frame:ident, $builder:ident, $row:ident;)*) => {
        /// All frames of a case. Absent evidence is an empty frame with its schema.
        #[derive(Debug, Clone)]
        pub struct Frames { $(#[doc = concat!("See [`", stringify!($frame), "`].")] pub $member: $frame,)* }

        /// Column builders of all frames; one set per chunk of a file, joined in source order.
        #[derive(Default)]
        pub struct Rows {
            $(#[doc = concat!("Filled with [`", stringify!($row), "`].")] pub $member: $builder,)*
            /// What the records say about the export.
            pub remarks: Remarks,
        }

        impl Rows {
            /// Rows so far, over all frames.
            pub fn len(&self) -> usize { 0 $(+ self.$member.len())* }

            /// No rows at all.
            pub fn is_empty(&self) -> bool { self.len() == 0 }

            /// Seals the columns.
            pub fn finish(self) -> polars::prelude::PolarsResult<Frames> {
                Ok(Frames { $($member: self.$member.finish()?,)* })
            }
        }

        impl Default for Frames {
            fn default() -> Self { Self { $($member: $frame::empty(),)* } }
        }

        impl Frames {
            /// Appends the rows of `later` below the own ones.
            pub fn append(&mut self, later: Self) -> polars::prelude::PolarsResult<()> {
                $(self.$member.append(later.$member)?;)*
                Ok(())
            }

            /// Name and polars frame of each, in the order of declaration (for `frames/*.parquet` and for tests).
            pub fn each(&self) -> Vec<(&'static str, &polars::prelude::DataFrame)> {
                vec![$((stringify!($member), self.$member.data()),)*]
            }

            /// The same, to replace frames wholesale (duplicate removal, enrichment).
            pub fn each_mut(&mut self) -> Vec<(&'static str, &mut polars::prelude::DataFrame)> {
                vec![$((stringify!($member), self.$member.data_mut()),)*]
            }
        }
    };
}
for_each_frame!(declare_frames);
