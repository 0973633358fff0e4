//! The verdict that an experienced examiner reaches on a case, written beside its evidence.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tenant::Tenant;

/// What the analysis of a case must find. Accounts that are not named are clear.
#[derive(Default)]
pub(crate) struct Expected {
    /// Alias → status, pattern, variant; a variant of `None` leaves it open.
    pub accounts: Vec<(&'static str, &'static str, Option<&'static str>, Option<&'static str>)>,
    pub pattern: Option<&'static str>,
    pub entry: Option<&'static str>,
    pub first_malicious: Option<&'static str>,
    pub tolerance_s: u32,
    pub addresses: Vec<String>,
    pub sessions: Vec<String>,
    /// Kind, alias, key with its other spellings, state.
    pub artefacts: Vec<(&'static str, &'static str, Vec<String>, &'static str)>,
    pub checklist: Vec<(u8, &'static str)>,
    /// Kinds of containment faults that must be told, and the account they concern; there may be more.
    pub faults: Vec<(&'static str, &'static str)>,
    /// How the examiner reads the case, in sentences.
    pub notes: Vec<&'static str>,
}

impl Expected {
    pub(crate) fn json(&self, tenant: &Tenant) -> Value {
        let upn = |alias: &str| tenant.person(alias).upn;
        let mut accounts: BTreeMap<String, Value> =
            tenant.people.iter().map(|person| (person.upn.clone(), json!({"status": "clear", "pattern": null, "variant": null}))).collect();
        for (alias, status, pattern, variant) in &self.accounts {
            accounts.insert(upn(alias), json!({"status": status, "pattern": pattern, "variant": variant}));
        }
        let artefacts: Vec<Value> = self
            .artefacts
            .iter()
            .map(
                |(kind, alias, keys, state)| json!({"kind": kind, "account": upn(alias), "key": keys.first(), "also": keys.get(1..), "state": state}),
            )
            .collect();
        let checklist: BTreeMap<String, &str> = self.checklist.iter().map(|(item, status)| (item.to_string(), *status)).collect();
        let faults: Vec<Value> = self.faults.iter().map(|(kind, alias)| json!({"kind": kind, "account": upn(alias)})).collect();
        json!({
            "accounts": accounts,
            "incident": {"pattern": self.pattern, "entry_account": self.entry.map(upn)},
            "first_malicious": self.first_malicious,
            "first_malicious_tolerance_s": self.tolerance_s,
            "attacker": {"addresses": self.addresses, "session_ids": self.sessions},
            "artefacts": artefacts,
            "checklist": checklist,
            "containment_faults": faults,
            "notes": self.notes,
        })
    }
}
