//! `MailboxRulesGraph.csv` of Microsoft-Extractor-Suite: Graph's messageRules flattened.

use super::rule;
use crate::evidence::container::value::Object;
use crate::evidence::shape::Shape;

pub(super) const SHAPE: Shape = Shape {
    id: "mes_graph_inbox_rules",
    title: "Inbox rules through Graph (Microsoft-Extractor-Suite)",
    made_by: "Microsoft-Extractor-Suite Get-MailboxRulesGraph: MailboxRulesGraph.csv",
    claims,
    read: rule::read,
};

fn claims(record: &Object<'_>) -> bool {
    record.has("rulename") && record.has("sequence") && !record.has("username")
}
