//! What an attacker context reached and left behind, and what the responders did about it.

use schemars::JsonSchema;
use serde::Serialize;

use super::RecordLine;

/// Something left behind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Artefact {
    /// `inbox-rule`, `mailbox-forwarding`, …
    pub kind: String,
    /// Whose.
    pub account: String,
    /// Name or id, verbatim.
    pub key: String,
    /// When it was made, as far as an audit record tells.
    pub created: Option<String>,
    /// When it was removed.
    pub removed: Option<String>,
    /// `present`, `removed` or `unknown`.
    pub state: String,
    /// Tied to the attacker context, or merely suspicious.
    pub attributed: bool,
    /// Finding that describes it.
    pub finding: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// A session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Session {
    /// Entra session id.
    pub session_id: String,
    /// Account.
    pub account: String,
    /// `attacker`, `user`, `shared` (both) or `unknown`.
    pub label: String,
    /// Addresses with network.
    pub origins: Vec<String>,
    /// First record.
    pub first: String,
    /// Last record.
    pub last: String,
    /// Records.
    pub records: u64,
}

/// Mail exposure of one mailbox.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exposure {
    /// Mailbox.
    pub mailbox: String,
    /// Internet message ids logged as accessed.
    pub messages: Vec<String>,
    /// Folders synchronised as a whole: every message in them must be assumed copied.
    pub synced_folders: Vec<String>,
    /// Bind logging stopped for 24 hours at least once.
    pub throttled: bool,
    /// Windows in which reading could not be logged.
    pub windows_unknown: Vec<String>,
    /// Messages certainly accessed.
    pub lower_bound: u64,
    /// In words.
    pub upper_bound: String,
}

/// A mail sent in the attacker context.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sent {
    /// Account or mailbox.
    pub account: String,
    /// When.
    pub at: String,
    /// Subject.
    pub subject: String,
    /// Recipients, where the evidence carries them.
    pub recipients: Vec<String>,
    /// Internet message id.
    pub message_id: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// What the responders did.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Containment {
    /// Name of the order profile.
    pub profile: String,
    /// Steps by time.
    pub steps: Vec<Step>,
    /// What went wrong.
    pub faults: Vec<Fault>,
    /// Containment.
    pub t0: Option<String>,
    /// Eradication.
    pub t1: Option<String>,
    /// Notification.
    pub t2: Option<String>,
    /// Recovery.
    pub t3: Option<String>,
    /// Which of these are people's words, and whose; the others are from the logs.
    pub stated: Vec<String>,
    /// When the organisation became aware, by the analyst's word.
    pub aware: Option<String>,
    /// Ends of the notification clocks that run from awareness; whether they apply is for people to decide.
    pub deadlines: Vec<Deadline>,
}

/// The end of a clock.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Deadline {
    /// Which clock.
    pub name: String,
    /// When it ends.
    pub at: String,
}

/// One response action.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Step {
    /// `revoke-sessions`, `disable-account`, …
    pub action: String,
    /// On whom.
    pub account: String,
    /// When.
    pub at: String,
    /// Who did it.
    pub actor: String,
    /// The records.
    pub evidence: Vec<RecordLine>,
}

/// One fault of the containment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Fault {
    /// `reset-before-revoke`, `no-session-revocation`, …; `response-not-covered` where the evidence cannot tell.
    pub kind: String,
    /// On whom.
    pub account: String,
    /// In words.
    pub text: String,
}

/// A trait shared by accounts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Campaign {
    /// The value.
    #[serde(rename = "trait")]
    pub value: String,
    /// `address`, `user-agent`, `session`, `app`, `forward-target`, `rule-name` or `device`.
    pub kind: String,
    /// Accounts.
    pub accounts: Vec<String>,
    /// 1 = only these accounts have it, towards 0 the more common it is in the tenant.
    pub rarity: f64,
}
