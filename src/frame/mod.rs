//! The typed frames: few, stable, each column stated once. Shapes fill rows, detectors read rows through views that fetch a cell when it is asked for.
//!
//! Three values, not two: a `Text` cell is null when the export has no such field, empty when the field is there without a value. For numbers
//! and flags null covers both; which columns an export can answer at all stands in `Case::columns`.
//!
//! Every row carries its provenance: source, record number, record id (may be empty).

mod cells;
mod column;
mod events;
mod notes;
pub mod parquet;
mod remarks;
mod reports;
mod sparse;
mod states;
mod text;

pub use cells::{Cell, Cells, Column, ColumnMut, Row};
pub use column::{Frame, Places};
pub use events::{
    AuditEvent, AuditEventRow, AuditEvents, MailAccess, MailAccessRow, MailAccesses, MailItem, MailItemRow, MailItems, RiskEvent, RiskEventRow,
    RiskEvents, SignIn, SignInRow, SignIns,
};
pub use notes::{Note, NoteRow, Notes};
pub use remarks::{Cut, Lost, Remarks, Search};
pub use reports::{Alert, AlertRow, Alerts, AuthStep, AuthStepRow, AuthSteps, Message, MessageRow, Messages};
pub use sparse::{Empty, Sparse};
pub use states::{
    AppState, AppStateRow, AppStates, DeviceState, DeviceStateRow, DeviceStates, FlowState, FlowStateRow, FlowStates, GrantState, GrantStateRow,
    GrantStates, MailboxState, MailboxStateRow, MailboxStates, MemberState, MemberStateRow, MemberStates, MethodState, MethodStateRow, MethodStates,
    PermissionState, PermissionStateRow, PermissionStates, PolicyState, PolicyStateRow, PolicyStates, RuleState, RuleStateRow, RuleStates, UserState,
    UserStateRow, UserStates,
};
pub use text::Texts;

/// Declares a set of things with one member per frame, so that nothing has to list the frames a second time.
macro_rules! for_each_frame {
    ($macro:ident) => {
        $macro! {
            sign_ins: SignIns;
            audit: AuditEvents;
            mail_access: MailAccesses;
            mail_items: MailItems;
            risks: RiskEvents;
            messages: Messages;
            alerts: Alerts;
            steps: AuthSteps;
            rules: RuleStates;
            mailboxes: MailboxStates;
            permissions: PermissionStates;
            grants: GrantStates;
            apps: AppStates;
            methods: MethodStates;
            devices: DeviceStates;
            users: UserStates;
            policies: PolicyStates;
            members: MemberStates;
            flows: FlowStates;
            notes: Notes;
        }
    };
}

macro_rules! declare_frames {
    ($($member:ident: $frame:ident;)*) => {
        $(impl Empty for $frame {
            fn empty() -> &'static Self {
                static EMPTY: std::sync::LazyLock<$frame> = std::sync::LazyLock::new($frame::default);
                &EMPTY
            }
        })*

        /// All frames of a case. Absent evidence is an empty frame.
        #[derive(Debug, Clone, Default)]
        pub struct Frames { $(#[doc = concat!("See [`", stringify!($frame), "`].")] pub $member: Sparse<$frame>,)* }

        /// What shapes fill: one set per chunk of a file, joined in source order.
        #[derive(Debug, Default)]
        pub struct Rows {
            $(#[doc = concat!("See [`", stringify!($frame), "`].")] pub $member: Sparse<$frame>,)*
            /// What the records say about the export.
            pub remarks: Remarks,
        }

        impl Rows {
            /// Rows so far, over all frames.
            pub fn len(&self) -> usize { 0 $(+ self.$member.height())* }

            /// No rows at all.
            pub fn is_empty(&self) -> bool { self.len() == 0 }

            /// The frames.
            pub fn finish(self) -> Frames { Frames { $($member: self.$member,)* } }
        }

        impl Frames {
            /// Rows, over all frames.
            pub fn len(&self) -> usize { 0 $(+ self.$member.height())* }

            /// No rows at all.
            pub fn is_empty(&self) -> bool { self.len() == 0 }

            /// Appends the rows of `later` below the own ones.
            pub fn append(&mut self, mut later: Self) {
                $(if let Some(mut rows) = later.$member.take() { self.$member.append(&mut *rows); })*
            }

            /// Name and content of each frame, in the order of declaration.
            pub fn each(&self) -> Vec<(&'static str, &dyn Frame)> {
                vec![$((stringify!($member), &*self.$member),)*]
            }

            /// The same, to be changed.
            pub fn each_mut(&mut self) -> Vec<(&'static str, &mut dyn Frame)> {
                vec![$((stringify!($member), &mut *self.$member),)*]
            }

            /// Bytes in memory.
            pub fn n_bytes(&self) -> usize { self.each().into_iter().map(|(_, frame)| frame.n_bytes()).sum() }
        }
    };
}
for_each_frame!(declare_frames);
