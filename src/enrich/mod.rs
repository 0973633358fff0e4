//! Facts that are not in the records themselves: address → ASN, country, network class; user-agent family; who is who; what is normal.
//! Each distinct address is looked up once. Nothing here needs a network.

pub mod address;
pub mod agent;
pub mod identity;
pub mod network;
pub mod profile;
