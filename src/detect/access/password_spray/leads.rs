//! Which campaigns a sign-in may belong to.

use std::collections::{BTreeSet, HashMap};

use super::super::guess::Blocks;
use super::campaign::{Campaign, Source, fingerprint};
use crate::frame::SignIn;

/// Campaigns by what a row may have in common with them: a tenant has many sign-ins, and few of them lead to any campaign.
#[derive(Default)]
pub(super) struct Leads<'c> {
    by_block: HashMap<&'c str, Vec<usize>>,
    by_fingerprint: HashMap<(&'c str, &'c str), Vec<usize>>,
    by_user: HashMap<&'c str, Vec<usize>>,
}

impl<'c> Leads<'c> {
    pub(super) fn of(campaigns: &'c [Campaign<'_>]) -> Self {
        let mut leads = Self::default();
        for (number, campaign) in campaigns.iter().enumerate() {
            if let Source::Fingerprint { agent, app, .. } = &campaign.source {
                leads.by_fingerprint.entry((agent, app)).or_default().push(number);
            }
            for block in &campaign.blocks {
                leads.by_block.entry(block).or_default().push(number);
            }
            for user in &campaign.users {
                leads.by_user.entry(user).or_default().push(number);
            }
        }
        leads
    }

    /// The campaigns that the row may belong to, ascending.
    pub(super) fn to(&self, row: &SignIn<'_>, blocks: &mut Blocks) -> BTreeSet<usize> {
        let block = blocks.of(row);
        let leads = [
            block.as_deref().and_then(|block| self.by_block.get(block)),
            self.by_fingerprint.get(&fingerprint(row)),
            row.account().and_then(|account| self.by_user.get(account)),
        ];
        leads.into_iter().flatten().flatten().copied().collect()
    }
}
