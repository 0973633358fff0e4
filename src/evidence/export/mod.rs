//! The exports that an investigation of a Microsoft 365 account needs: what each decides, how it is made, with which licence, how long its source keeps
//! records, and where it stops silently. The one list behind `inventory`, the missing evidence of verdicts, retention and the preservation list.
//!
//! Sources: Microsoft's pages on data retention and reporting of Entra ID, on audit solutions in Purview, on `Search-UnifiedAuditLog`,
//! `Get-MessageTraceV2` and the Graph reference (read 2026-11); limits of collectors as their documentation and issue threads state them.
//! Where Microsoft's own pages disagree (risky sign-ins of P2: 30 or 90 days) both numbers stand here.

mod logs;
mod states;

use super::Evidence;

/// One export. Written for the person who runs it.
#[derive(Debug)]
pub struct Export {
    /// Stable slug.
    pub id: &'static str,
    /// Its first kind decides something about any account; the others complete the picture.
    pub is_essential: bool,
    /// What a reader asks the tenant's administrator for.
    pub title: &'static str,
    /// The kinds of evidence that it gives, the main one first; any one of them shows that it was made.
    pub gives: &'static [Evidence],
    /// What it decides about a compromised account, as the end of "without it cannot be told …".
    pub decides: &'static str,
    /// A verdict without it lists it as missing for this pattern only; `None`: for each.
    pub only_for: Option<&'static str>,
    /// PowerShell or Microsoft Graph; `<start>`, `<end>` (UTC) and `<user>` are to be filled in.
    pub command: &'static str,
    /// The way through the portals; empty where there is none.
    pub portal: &'static str,
    /// Licences and roles that it takes.
    pub licence: &'static str,
    /// Where this export stops or changes without saying so.
    pub limits: &'static str,
    /// How long the source keeps records.
    pub keeps: Keeps,
}

/// How long a source keeps what it records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Days per licence, shortest first.
    Days(&'static [(&'static str, i64)]),
    /// Only the state of the moment: what is removed is gone.
    State,
    /// Until it is dealt with.
    Unlimited,
}

impl Keeps {
    /// For people: `7 days (Free), 30 days (P1 and P2)`.
    pub fn words(self) -> String {
        match self {
            Self::Days(days) => days.iter().map(|(licence, days)| format!("{days} days ({licence})")).collect::<Vec<_>>().join(", "),
            Self::State => "shows the moment of the export only: what is removed later is gone".to_owned(),
            Self::Unlimited => "kept until it is dealt with".to_owned(),
        }
    }

    /// The longest time that any licence keeps records, in days.
    pub fn longest(self) -> Option<i64> {
        match self {
            Self::Days(days) => days.iter().map(|(_, days)| *days).max(),
            Self::State | Self::Unlimited => None,
        }
    }
}

/// All exports, the ones that decide most first.
pub fn exports() -> impl Iterator<Item = &'static Export> {
    logs::LOGS.iter().chain(states::STATES)
}

/// The export that gives this kind of evidence.
pub fn export_of(kind: Evidence) -> Option<&'static Export> {
    exports().find(|export| export.gives.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_evidence_can_be_asked_for() {
        for kind in Evidence::ALL {
            assert!(export_of(*kind).is_some(), "{kind:?} has no export");
        }
        let ids: std::collections::BTreeSet<&str> = exports().map(|export| export.id).collect();
        assert_eq!(ids.len(), exports().count(), "ids are unique");
        for export in exports() {
            assert!(!export.decides.is_empty() && !export.command.is_empty() && !export.licence.is_empty(), "{}", export.id);
        }
    }

    #[test]
    fn retention_reads_as_a_sentence() {
        let sign_ins = export_of(Evidence::InteractiveSignIns).expect("in the list").keeps;
        assert_eq!(sign_ins.words(), "7 days (Entra ID Free), 30 days (Entra ID P1 and P2)");
        assert_eq!((sign_ins.longest(), Keeps::State.longest()), (Some(30), None));
    }
}
