//! What lists of things as they stood say about a window: a flow, an app, a user, a policy carries the day on which it was made or changed. A list
//! proves that nothing left behind is of the window; what was made and removed again before the export only the audit log shows. It convicts nobody:
//! who made a thing, and from where, it does not say.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::evidence::Evidence;
use crate::time::Time;

/// Things that are told one by one.
const TOLD: usize = 5;

/// A list that can answer for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Power Automate flows of the affected accounts.
    Flows,
    /// Power Apps of the affected accounts.
    Apps,
    /// Members of groups and holders of roles.
    Members,
    /// Users.
    Users,
    /// Conditional Access policies and named locations.
    Policies,
}

/// What the list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is no such list.
    Absent,
    /// Nothing in it was made or changed since the window began.
    Untouched(String),
    /// These were.
    Touched(String),
    /// It does not say when these were made.
    Undated(String),
}

impl List {
    /// The kinds of evidence that are such lists.
    pub(crate) fn kinds(self) -> &'static [Evidence] {
        match self {
            Self::Flows => &[Evidence::Flows],
            Self::Apps => &[Evidence::Apps],
            Self::Members => &[Evidence::Roles, Evidence::Groups],
            Self::Users => &[Evidence::Users],
            Self::Policies => &[Evidence::ConditionalAccess],
        }
    }

    /// Reads the list against what happened since `from`. `accounts` are the affected ones; none affected: everybody's.
    pub(crate) fn since(self, case: &Case, accounts: &BTreeSet<String>, from: Time) -> Standing {
        let is_theirs = |account: Option<&str>| accounts.is_empty() || account.is_some_and(|account| accounts.contains(account));
        let named = |name: Option<&str>, id: Option<&str>| name.filter(|name| !name.is_empty()).or(id).unwrap_or("without name").to_owned();
        let mut n = 0;
        let mut things: Vec<Thing> = Vec::new();
        let mut list = |name: String, concerned: bool, times: [Option<Time>; 2]| {
            n += 1;
            if concerned {
                things.push(Thing { name, at: times.into_iter().flatten().max() });
            }
        };
        match self {
            Self::Flows | Self::Apps => {
                let kind = if self == Self::Flows { "flow" } else { "app" };
                for row in case.frames.flows.iter().filter(|row| row.kind() == Some(kind)) {
                    // Whose it is not said may be anybody's.
                    let concerned = row.account().is_none_or(str::is_empty) || is_theirs(row.account());
                    let name = format!("{} of {}", named(row.name(), row.flow_id()), row.account().unwrap_or("an unnamed owner"));
                    list(name, concerned, [row.created(), row.modified()]);
                }
            }
            Self::Members => {
                for row in case.frames.members.iter().filter(|row| row.member().is_some_and(|member| !member.is_empty()) || row.member_id().is_some())
                {
                    let name = format!("{} in {}", named(row.member(), row.member_id()), named(row.group(), row.group_id()));
                    // The day of a group is that of its making, not of anybody's joining.
                    let joined =
                        row.created().filter(|_| matches!(row.kind(), Some("directory-role" | "exchange-role")) && row.relation() != Some("owner"));
                    list(name, is_theirs(row.member()), [joined, None]);
                }
            }
            Self::Users => {
                for row in case.frames.users.iter().filter(|row| row.roles().is_none() && row.methods().is_none()) {
                    list(named(row.account(), row.account_id()), true, [row.created(), None]);
                }
            }
            Self::Policies => {
                for row in case.frames.policies.iter().filter(|row| matches!(row.kind(), Some("conditional-access" | "named-location"))) {
                    list(named(row.name(), row.policy_id()), true, [row.created(), row.modified()]);
                }
            }
        }
        self.judge(n, &things, from)
    }

    fn judge(self, n: usize, things: &[Thing], from: Time) -> Standing {
        let title = self.kinds().iter().map(|kind| kind.title()).collect::<Vec<_>>().join(" and ");
        let touched: Vec<String> =
            things.iter().filter_map(|thing| thing.at.filter(|at| *at >= from).map(|at| format!("{} ({at})", thing.name))).collect();
        let undated: Vec<String> = things.iter().filter(|thing| thing.at.is_none()).map(|thing| thing.name.clone()).collect();
        if n == 0 {
            Standing::Absent
        } else if !touched.is_empty() {
            Standing::Touched(format!("{title} ({n} listed) show what was made or changed since {from}: {}", told(touched)))
        } else if !undated.is_empty() {
            Standing::Undated(format!("{title} ({n} listed) do not say since when: {}", told(undated)))
        } else {
            Standing::Untouched(format!("{title} ({n} listed) show nothing made or changed since {from}"))
        }
    }
}

struct Thing {
    name: String,
    at: Option<Time>,
}

fn told(mut names: Vec<String>) -> String {
    names.sort();
    names.dedup();
    let n_more = names.len().saturating_sub(TOLD);
    names.truncate(TOLD);
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FlowStateRow, Rows, UserStateRow};
    use crate::provenance::SourceId;

    const ANA: &str = "ana@contoso.example";

    fn case(rows: Rows) -> Case {
        Case { frames: rows.finish(), ..Case::default() }
    }

    fn flow(account: &str, created: Option<i64>, modified: Option<i64>) -> FlowStateRow {
        FlowStateRow {
            kind: Some("flow".to_owned()),
            name: Some("copy".to_owned()),
            account: Some(account.to_owned()),
            created: created.map(Time),
            modified: modified.map(Time),
            ..FlowStateRow::default()
        }
    }

    fn flows(rows: &[FlowStateRow]) -> Standing {
        let mut built = Rows::default();
        for (record, row) in (0..).zip(rows) {
            built.flows.push(SourceId(0), record, "", row.clone());
        }
        List::Flows.since(&case(built), &BTreeSet::from([ANA.to_owned()]), Time(100))
    }

    #[test]
    fn flows_answer_for_the_affected_accounts() {
        assert_eq!(flows(&[]), Standing::Absent);
        assert!(matches!(flows(&[flow("bo@contoso.example", Some(200), None)]), Standing::Untouched(_)), "another's flow");
        assert!(matches!(flows(&[flow(ANA, Some(99), Some(99))]), Standing::Untouched(_)));
        assert!(matches!(flows(&[flow(ANA, Some(100), None)]), Standing::Touched(_)), "the first moment belongs to the window");
        assert!(matches!(flows(&[flow(ANA, Some(1), Some(150))]), Standing::Touched(_)), "changed");
        assert!(matches!(flows(&[flow(ANA, Some(1), None), flow(ANA, None, None)]), Standing::Undated(_)));
        assert!(matches!(flows(&[flow("", Some(150), None)]), Standing::Touched(_)), "whose it is not said");
    }

    #[test]
    fn users_answer_by_the_day_they_were_made() {
        let users = |created: Option<i64>| {
            let mut rows = Rows::default();
            rows.users.push(
                SourceId(0),
                0,
                "",
                UserStateRow { account: Some(ANA.to_owned()), created: created.map(Time), ..UserStateRow::default() },
            );
            List::Users.since(&case(rows), &BTreeSet::new(), Time(100))
        };
        assert!(matches!(users(Some(5)), Standing::Untouched(_)));
        assert!(matches!(users(Some(500)), Standing::Touched(_)));
        assert!(matches!(users(None), Standing::Undated(_)));
    }
}
