//! What the analyst knows about networks.

use serde::{Deserialize, Serialize};

/// What the analyst knows about networks. Wins over `--asn-list`, which wins over the embedded list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// More autonomous systems that rent out servers.
    pub hosting: Vec<u32>,
    /// More exits of commercial VPN services.
    pub vpn: Vec<u32>,
    /// More corporate web gateways and mail scanners.
    pub gateway: Vec<u32>,
    /// The company's own networks, as CIDR blocks, addresses or `AS64496`: its VPN concentrator in a cloud, its offices. Never counted as rented.
    pub egress: Vec<String>,
    /// Days between the date of the address tables and the evidence beyond which the report warns that networks may have changed hands. A transfer of
    /// address space takes weeks; 180 days is the limit proposed by the survey of embedded tables for this tool.
    pub table_age_days: i64,
}

impl Default for Network {
    fn default() -> Self {
        Self { hosting: Vec::new(), vpn: Vec::new(), gateway: Vec::new(), egress: Vec::new(), table_age_days: 180 }
    }
}
