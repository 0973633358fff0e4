//! Which program probably wrote a file: by the names that collectors and portals give their files, else by the shape of the records. A guess for the reader;
//! nothing is recognised by it. Names: Microsoft-Extractor-Suite (f62281f), DFIR-O365RC (2d06b94), Untitled Goose (6febba8), Hawk (a44536f), portals (2026-05).

use super::shape::Shape;

/// Where in a file's name its mark stands.
enum Mark {
    /// The name begins with it.
    Begins(&'static str),
    /// The name, with any time stamp before it, ends with it, before its extension.
    Ends(&'static str),
    /// The name contains it.
    Has(&'static str),
}

use Mark::{Begins, Ends, Has};

/// Programs and the marks of their files, lower case. The first match counts.
const PROGRAMS: &[(&str, &[Mark])] = &[
    (
        "DFIR-O365RC",
        &[
            Begins("unifiedauditlog_"),
            Begins("unifiedauditlogpurview_"),
            Begins("aadsigninlog_"),
            Begins("aadauditlog_"),
            Begins("aadapps_"),
            Begins("aaddevices_"),
            Begins("aadusers_"),
            Begins("aadtenant_"),
            Begins("mailboxauditlog_"),
        ],
    ),
    (
        "Untitled Goose Tool",
        &[
            Begins("ual_"),
            Has("_signin_log_"),
            Begins("azureadauditlog_"),
            Begins("exo_"),
            Begins("users_methods"),
            Begins("users_registereddevices"),
            Begins("identityprotection_"),
            Begins("conditionalaccess_policies"),
            Begins("serviceprincipals_"),
        ],
    ),
    (
        "Hawk",
        &[
            Begins("_investigate_"),
            Begins("simple_"),
            Begins("converted_authentication_logs"),
            Begins("raw_authentication_logs"),
            Begins("consent_grants"),
        ],
    ),
    (
        "the Entra admin center",
        &[
            Begins("interactivesignins_"),
            Begins("noninteractivesignins_"),
            Begins("applicationsignins_"),
            Begins("msisignins_"),
            Begins("auditlogs_"),
            Begins("riskdetections_"),
        ],
    ),
    ("the Purview portal", &[Begins("auditlog_")]),
    (
        "Microsoft-Extractor-Suite",
        &[
            Begins("ual-"),
            Begins("messageids"),
            Begins("sessions"),
            Begins("signinlogs-"),
            Ends("-signinlogs"),
            Ends("-unifiedauditlog"),
            Ends("-auditlogs"),
            Ends("auditlogs-combined"),
            Ends("-mailboxrules"),
            Ends("-mailboxrulesgraph"),
            Ends("-transportrules"),
            Ends("-oauthpermissions"),
            Ends("-riskyusers"),
            Ends("-riskydetections"),
            Ends("-authenticationmethods"),
            Ends("-userregistrationdetails"),
            Ends("-conditionalaccesspolicies"),
            Ends("-mailboxpermissions"),
            Ends("-mailboxdelegatedpermissions"),
            Ends("-mailboxauditstatus"),
            Ends("-all-administrators"),
            Ends("-devices"),
            Ends("-users"),
            Ends("-mtl"),
            Ends("-securityalerts"),
        ],
    ),
];

/// Who probably wrote the file, and what the guess rests on; empty when nothing is known.
pub fn guess(path: &str, shape: Option<&Shape>) -> String {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let meets = |mark: &Mark| match mark {
        Begins(text) => stem.starts_with(text),
        Ends(text) => stem.ends_with(text),
        Has(text) => stem.contains(text),
    };
    match PROGRAMS.iter().find(|(_, marks)| marks.iter().any(meets)) {
        Some((program, _)) => format!("probably {program}, by the file's name"),
        None => shape.map(|shape| format!("one of: {}", shape.made_by)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collectors_are_told_by_the_names_they_give() {
        for (path, program) in [
            ("UnifiedAuditLog/20260501-1200/UAL-20260501000000-20260502000000.csv", "Microsoft-Extractor-Suite"),
            ("EntraID/20260501120000-interactiveUser-SignInLogs.json", "Microsoft-Extractor-Suite"),
            ("O365_unified_audit_logs/2026-05-01/UnifiedAuditLog_contoso_2026-05-01_10-00-00.json", "DFIR-O365RC"),
            ("rt_signin_log_2026-05-01.json", "Untitled Goose Tool"),
            ("InteractiveSignIns_2026-05-01_2026-05-08.csv", "the Entra admin center"),
            ("AuditLog_2026-05-01_2026-05-08.csv", "the Purview portal"),
        ] {
            assert_eq!(guess(path, None), format!("probably {program}, by the file's name"), "{path}");
        }
        assert_eq!(guess("evidence.json", None), "");
        let shape = super::super::shape::shapes().next().expect("there are shapes");
        assert_eq!(guess("evidence.json", Some(shape)), format!("one of: {}", shape.made_by));
    }
}
