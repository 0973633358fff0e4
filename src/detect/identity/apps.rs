//! What is known about applications: who owns them, which of them are abused, which redeem each other's tokens. Not a detector.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::detect::origin::filled;

/// Home tenants of Microsoft's own applications (Microsoft "first-party applications in sign-in reports", read 2026-11).
pub(in crate::detect) const MICROSOFT_TENANTS: &[&str] = &["f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"];

/// Microsoft Authentication Broker.
pub(in crate::detect) const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
/// OfficeHome: the usual first page of people and of sign-in proxies alike.
pub(in crate::detect) const OFFICE_HOME: &str = "4765445b-32c6-49b0-83e6-1d93765276ca";
/// "Office 365", first page of one known proxy kit (Microsoft-Analyzer-Suite, 2025-03).
pub(in crate::detect) const OFFICE_365: &str = "72782ba9-4490-4f03-8d82-562370ea3566";
/// Exchange Online.
pub(in crate::detect) const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// SharePoint Online.
pub(in crate::detect) const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
/// Microsoft Graph.
pub(in crate::detect) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Developer clients whose authorisation codes are phished (Elastic rules on authorisation-code theft, 2026-08).
const DEVELOPER: &[(&str, &str)] = &[
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell"),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio"),
    (BROKER, "Microsoft Authentication Broker"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Microsoft Graph Command Line Tools"),
    ("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer"),
    ("fb78d390-0c51-40cd-8e17-fdbfab77341b", "Microsoft Exchange REST API Based PowerShell"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell"),
];

/// The family of client ids: a refresh token of one redeems for all (secureworks/family-of-client-ids-research, read 2026-11).
const FAMILY: &[&str] = &[
    "00b41c95-dab0-4487-9791-b9d2c32c80f2",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "26a7ee05-5602-4d76-a7ba-eae8b7b67941",
    "27922004-5251-4030-b22d-91ecd9a37ea4",
    "4813382a-8fa7-425e-ab75-3b753aab3abb",
    "ab9b8c07-8f02-4f72-87fa-80105867a763",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "af124e86-4e96-495a-b70a-90f90ab96707",
    "2d7f3606-b07d-41d1-b9d2-0d0c9296a6e8",
    "844cca35-0656-46ce-b636-13f48b0eecbd",
    "87749df4-7ccf-48f8-aa87-704bad0e0e16",
    "cf36b471-5b44-428c-9ce7-313bf84528de",
    "0ec893e0-5785-4de6-99da-4ed124e5296c",
    "22098786-6e16-43cc-a27d-191a01a1e3b5",
    "4e291c71-d680-4d0e-9640-0a3358e31177",
    "57336123-6e14-4acc-8dcf-287b6088aa28",
    "57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0",
    "66375f6b-983f-4c2c-9701-d680650f588f",
    "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223",
    "a40d7d7d-59aa-447e-a655-679a4107e548",
    "a569458c-7f2b-45cb-bab9-b7dee514d112",
    "b26aadf8-566f-4478-926f-589f601d9c74",
    "c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12",
    "d326c1ce-6cc6-4de2-bebc-4591e5e13ef0",
    "e9c51622-460d-4d3d-952d-966a5b1da34c",
    "eb539595-3fe1-474e-9c1d-feb3625d1be5",
    "ecd6b820-32c2-49b6-98a6-444530e5a77a",
    "f05ff7c9-f75a-4acd-a3b5-f4b6a870245d",
    "f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34",
    "be1918be-3fe3-4be9-b32b-b542fc27f02e",
    "cab96880-db5b-4e15-90a7-f3f1d62ffe39",
    "d7b530a4-7680-4c23-a8bf-c52c121d2e87",
    "dd47d17a-3194-4d86-bfd5-c6ae6f5651e3",
    "e9b154d0-7658-433b-bb25-6b8e0a8a7c59",
];

/// Legitimate third-party products that public incident reports name again and again (randomaccess3/detections, huntresslabs/rogueapps,
/// Microsoft-Analyzer-Suite; read 2026-11). A hint, never proof.
const ABUSED: &[(&str, &str)] = &[
    ("ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PerfectData Software"),
    ("2ef68ccc-8a4d-42ff-ae88-2d7bb89ad139", "Mail_Backup"),
    ("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client"),
    ("a245e8c0-b53c-4b67-9b45-751d1dff8e6b", "Newsletter Software Supermailer"),
    ("b15665d9-eda6-4092-8539-0eec376afd59", "rclone"),
    ("4761b959-9780-4c2d-87a3-512b4638f767", "rclone"),
    ("a43e5392-f48b-46a4-a0f1-098b5eeb4757", "CloudSponge"),
    ("caffae8c-0882-4c81-9a27-d1803af53a40", "SigParser"),
    ("77468577-4f6e-40e7-b745-11d3d0c28095", "Fastmail"),
    ("179d5108-412b-4c95-8e34-06786784ab39", "PostBox"),
    ("946c777c-bc85-489e-b034-392389ae23d6", "Spike"),
    ("858d7e42-35f0-44b7-9033-df309239a47f", "ZoomInfo Login"),
    ("497ac034-5120-4c1a-929a-0351f5c09918", "ZoomInfo Communitiez"),
];

/// True for clients whose codes and refresh tokens are worth stealing: developer tools and the client-id family.
pub(in crate::detect) fn redeems_for_many(app_id: &str) -> bool {
    developer_name(app_id).is_some() || FAMILY.contains(&app_id)
}

/// The name of a developer client; the unified log has ids only.
pub(in crate::detect) fn developer_name(app_id: &str) -> Option<&'static str> {
    DEVELOPER.iter().find(|(id, _)| *id == app_id).map(|(_, name)| *name)
}

/// The name under which an application is listed as often abused.
pub(in crate::detect) fn abused(app_id: &str) -> Option<&'static str> {
    ABUSED.iter().find(|(id, _)| *id == app_id).map(|(_, name)| *name)
}

/// Who owns which application, as far as the case tells.
#[derive(Debug, Default)]
pub(in crate::detect) struct Publishers<'a> {
    owners: BTreeMap<&'a str, &'a str>,
    own_tenants: BTreeSet<&'a str>,
}

impl<'a> Publishers<'a> {
    /// Learns owners from sign-ins and from the application lists.
    pub(crate) fn of(case: &'a Case) -> Self {
        let mut publishers = Self::default();
        let sign_ins = &case.frames.sign_ins;
        for row in sign_ins.iter() {
            if let (Some(app), Some(owner)) = (filled(row.app_id()), filled(row.app_owner())) {
                publishers.owners.entry(app).or_insert(owner);
            }
        }
        publishers.own_tenants.extend(sign_ins.resource_tenant.texts().filter(|tenant| !tenant.is_empty()));
        for row in case.frames.apps.iter() {
            if let (Some(app), Some(owner)) = (filled(row.app_id()), filled(row.owner_tenant())) {
                publishers.owners.entry(app).or_insert(owner);
            }
        }
        publishers
    }

    /// Microsoft's own application; ids that Microsoft shares among services count without an owner.
    pub(crate) fn is_microsoft(&self, app_id: &str) -> bool {
        self.owners.get(app_id).is_some_and(|owner| MICROSOFT_TENANTS.contains(owner))
            || redeems_for_many(app_id)
            || app_id.ends_with("-ce00-000000000000")
            || app_id.ends_with("-c000-000000000000")
    }

    /// An application whose owner is known and is neither Microsoft nor this tenant.
    pub(crate) fn is_foreign(&self, app_id: &str) -> bool {
        self.owners.get(app_id).is_some_and(|owner| !MICROSOFT_TENANTS.contains(owner) && !self.own_tenants.contains(owner))
    }
}
