//! Who is who: UPN ↔ object id ↔ PUID ↔ mailbox guid ↔ aliases, learnt from all frames.
//!
//! Directory exports (users, mailboxes) say who owns an id; events only show an id and a name in one record. A key that events show with several
//! names is resolved only when one name followed the other (a rename); names that alternate are a placeholder, and no account may get its records.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::Frames;

mod learning;

/// The identity table of a case.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    /// Any lower-case key (object id, PUID, mailbox guid, alias, SID) → lower-case UPN. UPNs map to themselves.
    pub accounts: BTreeMap<String, String>,
    /// Lower-case display names, and the part of a UPN before its `@`, where exactly one account has them → lower-case UPN. Exports that name owners
    /// and trustees for people (`Get-InboxRule`, `Get-MailboxPermission`) need them; anybody can choose a display name, so events never use them.
    pub names: BTreeMap<String, String>,
    /// The tenant's own mail domains, lower case: those of member UPNs and mailboxes.
    pub own_domains: BTreeSet<String>,
}

impl Identities {
    /// The account behind any of its names; the key itself (lower case) when nothing is known.
    pub fn resolve<'a>(&'a self, key: &'a str) -> &'a str {
        self.lookup(key).unwrap_or(key)
    }

    /// The account behind any of its names or its display name; the key itself when nothing is known. For state exports only.
    pub fn resolve_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.lookup(key).or_else(|| self.names.get(key.trim().to_lowercase().as_str()).map(String::as_str)).unwrap_or(key)
    }

    /// True when a mail address belongs to the tenant. Guests do not, although their UPN ends in one of the tenant's domains.
    pub fn is_own_address(&self, address: &str) -> bool {
        let address = address.trim().to_ascii_lowercase();
        !address.contains("#ext#") && address.rsplit_once('@').is_some_and(|(_, domain)| self.own_domains.contains(domain))
    }

    /// Learns from all frames.
    pub fn build(frames: &Frames) -> Self {
        learning::learn(frames)
    }

    fn lookup(&self, key: &str) -> Option<&str> {
        self.accounts.get(key).or_else(|| self.accounts.get(plain(key).as_str())).map(String::as_str)
    }
}

/// Strips what workloads put around an id: `User_<guid>`, `i:0#.f|membership|<upn>`, `<PUID>@live.com`; lower case.
fn plain(key: &str) -> String {
    const PREFIXES: &[&str] = &["user_", "serviceprincipal_", "application_"];
    let key = key.trim().to_lowercase();
    let key = key.rsplit('|').next().unwrap_or_default();
    let key = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix).filter(|rest| is_guid(rest))).unwrap_or(key);
    key.split_once('@').map_or(key, |(local, _)| if is_puid(local) { local } else { key }).to_owned()
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().enumerate().all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// A passport unique id: 16 hexadecimal digits that begin with 1003.
fn is_puid(text: &str) -> bool {
    text.len() == 16 && text.starts_with("1003") && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The home address hidden in a guest's UPN: `ada_fabrikam.example#ext#@contoso.example` → `ada@fabrikam.example`. `None` for other names.
pub fn guest_home(account: &str) -> Option<String> {
    let account = account.to_lowercase();
    let (home, _) = account.split_once("#ext#")?;
    let (local, domain) = home.rsplit_once('_')?;
    (!local.is_empty() && domain.contains('.')).then(|| format!("{local}@{domain}"))
}

/// True for actors that are Microsoft's or Exchange's own machinery (detection catalogue, fact 9), whatever their letter case.
pub fn is_system(account: &str) -> bool {
    const WHOLE: &[&str] = &[
        "app@sharepoint",
        "certificate",
        "ffoservicepartneruser",
        "fim_password_service@support.onmicrosoft.com",
        "microsoft teams sync",
        "microsoft\\serviceoperator",
        "mobiledevicemanagement",
        "not available",
        "s-1-5-18",
        "securitycompliancealerts",
        "sharepoint\\system",
        "system release",
        "threatintel",
    ];
    let account = account.trim().to_lowercase();
    WHOLE.contains(&account.as_str())
        || account.starts_with("nt authority\\")
        || account.starts_with("nt service\\")
        || account.strip_suffix(".prod.outlook.com").is_some_and(|name| name.contains('@'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::{AppStateRow, AuditEventRow, MailAccessRow, MailboxStateRow, Rows, SignInRow, UserStateRow};
    use crate::provenance::SourceId;
    use crate::time::Time;

    const ADA: &str = "ada@contoso.example";
    const BOB: &str = "bob@contoso.example";
    const ID: &str = "11111111-2222-3333-4444-555555555555";

    fn sign_in(account: &str, id: &str, time: i64) -> SignInRow {
        SignInRow { time: Some(Time(time)), account: Some(account.into()), account_id: Some(id.into()), error_code: Some(0), ..SignInRow::default() }
    }

    fn learn(fill: impl FnOnce(&mut Rows)) -> Identities {
        let mut rows = Rows::default();
        fill(&mut rows);
        Identities::build(&rows.finish())
    }

    fn from_sign_ins(sign_ins: Vec<SignInRow>) -> Identities {
        learn(|rows| sign_ins.into_iter().for_each(|row| rows.sign_ins.push(SourceId(0), 0, "", row)))
    }

    #[test]
    fn an_object_id_shown_with_one_name_is_that_account() {
        let identities = from_sign_ins(vec![sign_in(ADA, ID, 1), sign_in(BOB, "66666666-2222-3333-4444-555555555555", 2)]);
        for key in [ID, &ID.to_uppercase(), &format!("User_{ID}"), ADA, "i:0#.f|membership|ada@contoso.example"] {
            assert_eq!(identities.resolve(key), ADA, "{key}");
        }
        assert_eq!(identities.resolve("stranger@fabrikam.example"), "stranger@fabrikam.example");
    }

    #[test]
    fn a_renamed_account_goes_by_its_last_name_but_alternating_names_by_none() {
        let renamed = from_sign_ins(vec![sign_in(ADA, ID, 1), sign_in(ADA, ID, 2), sign_in(BOB, ID, 3)]);
        assert_eq!(renamed.resolve(ID), BOB);
        assert_eq!(renamed.resolve(ADA), ADA);
        let alternating = from_sign_ins(vec![sign_in(ADA, ID, 1), sign_in(BOB, ID, 2), sign_in(ADA, ID, 3)]);
        assert_eq!(alternating.resolve(ID), ID);
    }

    #[test]
    fn the_all_zero_guid_and_system_actors_are_nobody() {
        let identities = from_sign_ins(vec![sign_in(ADA, "00000000-0000-0000-0000-000000000000", 1), sign_in("app@sharepoint", ID, 2)]);
        assert_eq!(identities.accounts.keys().collect::<Vec<_>>(), [ADA]);
        for system in ["NT AUTHORITY\\SYSTEM (w3wp)", "app@sharepoint", "Administrator@apcprd03.prod.outlook.com", "SHAREPOINT\\system"] {
            assert!(is_system(system), "{system}");
        }
        assert!(!is_system(ADA) && !is_system("sp:1") && !is_system(""));
    }

    #[test]
    fn mailbox_exports_give_aliases_guids_and_names() {
        let identities = learn(|rows| {
            let mailbox = |mailbox: &str, name: &str, aliases: &str| MailboxStateRow {
                mailbox: Some(mailbox.into()),
                mailbox_id: Some(format!("9999-{mailbox}")),
                display_name: Some(name.into()),
                aliases: Some(aliases.into()),
                kind: Some("UserMailbox".into()),
                ..MailboxStateRow::default()
            };
            rows.mailboxes.push(SourceId(0), 0, "", mailbox(ADA, "Ada Byron", "ada.byron@contoso.example;bob@contoso.example"));
            rows.mailboxes.push(SourceId(0), 1, "", mailbox(BOB, "Bob", "bob@northwind.example"));
            rows.mailboxes.push(SourceId(0), 2, "", mailbox("bob@northwind.example", "Bob", ""));
        });
        assert_eq!(identities.resolve("ada.byron@contoso.example"), ADA);
        assert_eq!(identities.resolve(BOB), BOB, "a UPN stays with its own account");
        assert_eq!(identities.resolve_name("Ada Byron"), ADA);
        assert_eq!(identities.resolve("Ada Byron"), "Ada Byron", "events are never resolved by display name");
        assert_eq!(identities.resolve_name("Bob"), "Bob", "two accounts of that name");
        assert!(identities.is_own_address("Someone@CONTOSO.example") && identities.is_own_address("x@northwind.example"));
        assert!(!identities.is_own_address("x@fabrikam.example") && !identities.is_own_address("contoso.example"));
    }

    #[test]
    fn a_guest_is_one_account_under_both_names_and_no_member() {
        let guest = "eve_smith_fabrikam.example#ext#@contoso.example";
        assert_eq!(guest_home(guest).as_deref(), Some("eve_smith@fabrikam.example"));
        let identities = learn(|rows| {
            rows.users.push(
                SourceId(0),
                0,
                "",
                UserStateRow { account: Some(guest.into()), user_type: Some("Guest".into()), ..UserStateRow::default() },
            );
            rows.sign_ins.push(SourceId(0), 1, "", SignInRow { user_type: Some("guest".into()), ..sign_in("eve_smith@fabrikam.example", ID, 1) });
            rows.audit.push(
                SourceId(0),
                2,
                "",
                AuditEventRow { time: Some(Time(2)), account: Some(guest.into()), account_id: Some(ID.into()), ..AuditEventRow::default() },
            );
        });
        assert_eq!(identities.resolve("eve_smith@fabrikam.example"), guest);
        assert_eq!(identities.resolve(ID), guest);
        assert!(identities.own_domains.is_empty());
        assert!(!identities.is_own_address(guest));
    }

    #[test]
    fn own_domains_come_from_members_and_mailboxes_before_frequency() {
        let member = |account: &str, user_type: &str| SignInRow { user_type: Some(user_type.into()), ..sign_in(account, "", 1) };
        let identities = from_sign_ins(vec![member(ADA, "member"), member("eve@fabrikam.example", "guest"), sign_in("c@northwind.example", "", 1)]);
        assert_eq!(identities.own_domains.iter().collect::<Vec<_>>(), ["contoso.example"]);

        let unknown = from_sign_ins(vec![sign_in(ADA, "", 1), sign_in("eve@gmail.com", "", 1), sign_in("tom@gmail.com", "", 1)]);
        assert_eq!(unknown.own_domains.iter().collect::<Vec<_>>(), ["contoso.example"], "public mail is nobody's own");

        let failed = from_sign_ins(vec![SignInRow { error_code: Some(50034), ..sign_in("x@fabrikam.example", "", 1) }]);
        assert!(failed.own_domains.is_empty());

        let owner = learn(|rows| {
            rows.mail_access.push(SourceId(0), 0, "", MailAccessRow { mailbox: Some(BOB.into()), ..MailAccessRow::default() });
        });
        assert!(owner.is_own_address(ADA));
    }

    #[test]
    fn service_principals_are_known_by_object_id() {
        let identities = learn(|rows| {
            let app = AppStateRow { kind: Some("service-principal".into()), object_id: Some(ID.into()), ..AppStateRow::default() };
            rows.apps.push(SourceId(0), 0, "", app);
        });
        assert_eq!(identities.resolve(&format!("ServicePrincipal_{ID}")), format!("sp:{ID}"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_learnt_and_resolved(texts in proptest::collection::vec(".{0,40}", 4)) {
            let identities = from_sign_ins(vec![sign_in(&texts[0], &texts[1], 1), sign_in(&texts[2], &texts[3], 2)]);
            for text in &texts {
                let _ = (identities.resolve(text), identities.resolve_name(text), identities.is_own_address(text), is_system(text), guest_home(text));
            }
        }
    }
}
