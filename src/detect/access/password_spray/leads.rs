//! Which campaigns a sign-in may belong to.

use std::collections::{BTreeSet, HashMap};

use super::super::guess::Blocks;
use super::campaign::{Campaign, Source, fingerprint};
use crate::frame::SignIn;

/// Campaigns by what a row may have in common with them: a tenant has many sign-ins, and few of them lead to any campaign.
#[derive(Default)]
pub(super) struct Leads<'c> {
    blocks: HashMap<&'c str, Vec<usize>>,
    fingerprints: HashMap<(&'c str, &'c str), Vec<usize>>,
    users: HashMap<&'c str, Vec<usize>>,
}

impl<'c> Leads<'c> {
    pub(super) fn of(campaigns: &'c [Campaign<'_>]) -> Self {
        let mut leads = Self::default();
        for (number, campaign) in campaigns.iter().enumerate() {
            if let Source::Fingerprint { agent, app, .. } = &campaign.source {
                leads.fingerprints.entry((agent, app)).or_default().push(number);
            }
            for block in &campaign.blocks {
                leads.blocks.entry(block).or_default().push(number);
            }
            for user in &campaign.users {
                leads.users.entry(user).or_default().push(number);
            }
        }
        leads
    }

    /// The campaigns that the row may belong to, ascending.
    pub(super) fn to(&self, row: &SignIn<'_>, known: &mut Blocks) -> BTreeSet<usize> {
        let block = known.of(row);
        let leads = [
            block.as_deref().and_then(|block| self.blocks.get(block)),
            self.fingerprints.get(&fingerprint(row)),
            row.account().and_then(|account| self.users.get(account)),
        ];
        leads.into_iter().flatten().flatten().copied().collect()
    }
}
