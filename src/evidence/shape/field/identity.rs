//! Names of accounts in all the notations of the exports → the account column: lower-case UPN, `sp:<object id>`, lower-case object id, or the
//! recorded words of a non-person.

/// The account of a recorded user name. Blank words are empty text.
///
/// - UPNs and addresses are lower-cased; SharePoint claims (`i:0#.f|membership|user@…`) and guest links (`urn:spo:guest#…`) give the UPN inside.
/// - `ServicePrincipal_<guid>` is `sp:<guid>`; `User_<guid>` and bare GUIDs are the lower-case GUID, to be resolved by the identity table.
/// - Everything else (`NT AUTHORITY\SYSTEM (…)`, `app@sharepoint`, display names) stays as recorded.
pub fn account(raw: &str) -> String {
    let raw = raw.trim();
    if super::is_blank(raw) {
        return String::new();
    }
    let name = raw.rsplit_once("|membership|").map_or(raw, |(_, name)| name);
    let name = strip_prefix_ignoring_case(name, "urn:spo:guest#").unwrap_or(name);
    let name = strip_prefix_ignoring_case(name, "smtp:").unwrap_or(name);
    if let Some((kind, guid)) = typed_guid(name) {
        return if kind.eq_ignore_ascii_case("ServicePrincipal") { principal(guid) } else { guid.to_ascii_lowercase() };
    }
    if name.contains('@') || is_guid(name) {
        return name.to_lowercase();
    }
    name.to_owned()
}

/// Account of a service principal or managed identity.
pub fn principal(object_id: &str) -> String {
    let mut account = String::with_capacity(3 + object_id.len());
    account.push_str("sp:");
    account.push_str(object_id.trim());
    account.make_ascii_lowercase();
    account
}

/// `ServicePrincipal_<guid>`, `User_<guid>`, `Device_<guid>`, `Policy_<guid>` … split into kind and GUID.
pub fn typed_guid(text: &str) -> Option<(&str, &str)> {
    text.split_once('_').filter(|(kind, guid)| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic()) && is_guid(guid))
}

/// 8-4-4-4-12 hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| if matches!(position, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Looks like `name@domain`: what a user principal name or mail address looks like.
pub fn is_upn(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.') && !text.contains([' ', '/', '\\']))
}

/// Names under which Microsoft's own services act (sources: public Microsoft 365 audit data sets 2021–2026).
const SYSTEM_NAMES: &[&str] = &[
    "s-1-5-18",
    "sharepoint\\system",
    "app@sharepoint",
    "microsoft\\serviceoperator",
    "securitycompliancealerts",
    "certificate",
    "ffoservicepartneruser",
    "threatintel",
    "microsoft teams sync",
    "mobiledevicemanagement",
    "system release",
    "fim_password_service@support.onmicrosoft.com",
    "crawler",
    "onedrive\\system",
    "system",
];

/// True when the name belongs to Microsoft's own housekeeping rather than to a person or a tenant's application.
pub fn is_system(name: &str) -> bool {
    let name = name.trim();
    let starts = |prefix| strip_prefix_ignoring_case(name, prefix).is_some();
    SYSTEM_NAMES.iter().any(|system| system.eq_ignore_ascii_case(name))
        || starts("nt authority\\")
        || starts("nt service\\")
        || starts("spoolsprovisioning-applicationaccount@")
        || starts("sync_") && name.contains('@')
        || (starts("administrator@") && name.to_ascii_lowercase().ends_with(".prod.outlook.com"))
}

/// `str::strip_prefix` without regard to ASCII case; `prefix` is ASCII.
pub fn strip_prefix_ignoring_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "6F8B5C1E-0000-4000-8000-000000000001";

    #[test]
    fn notations_of_one_user_meet() {
        for raw in [" Ana.Lima@Contoso.example", "i:0#.f|membership|ana.lima@contoso.example", "urn:spo:guest#ana.lima@contoso.example"] {
            assert_eq!(account(raw), "ana.lima@contoso.example", "{raw}");
        }
    }

    #[test]
    fn principals_and_ids_are_typed() {
        assert_eq!(account(&format!("ServicePrincipal_{GUID}")), format!("sp:{}", GUID.to_lowercase()));
        assert_eq!(account(&format!("User_{GUID}")), GUID.to_lowercase());
        assert_eq!(account(GUID), GUID.to_lowercase());
        assert_eq!(account("Not Available"), "");
        assert_eq!(account("peter_fabrikam.example#EXT#@contoso.example"), "peter_fabrikam.example#ext#@contoso.example");
    }

    #[test]
    fn housekeeping_is_told_from_people() {
        for system in ["NT AUTHORITY\\SYSTEM (w3wp)", "app@sharepoint", "Administrator@apcprd03.prod.outlook.com", "SHAREPOINT\\system"] {
            assert!(is_system(system), "{system}");
        }
        for person in ["ana@contoso.example", "administrator@contoso.example", "", "synchro@contoso.example"] {
            assert!(!is_system(person), "{person}");
        }
    }
}
