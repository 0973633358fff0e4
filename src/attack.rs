//! The ATT&CK techniques used, with the names of ATT&CK v18 (2025-10). Findings carry ids; reports print names from here.

/// Technique ids and names, sorted by id.
pub const TECHNIQUES: &[(&str, &str)] = &[
    ("T1020", "Automated Exfiltration"),
    ("T1036", "Masquerading"),
    ("T1070.008", "Indicator Removal: Clear Mailbox Data"),
    ("T1078.004", "Valid Accounts: Cloud Accounts"),
    ("T1087.004", "Account Discovery: Cloud Account"),
    ("T1090.003", "Proxy: Multi-hop Proxy"),
    ("T1098", "Account Manipulation"),
    ("T1098.001", "Account Manipulation: Additional Cloud Credentials"),
    ("T1098.002", "Account Manipulation: Additional Email Delegate Permissions"),
    ("T1098.003", "Account Manipulation: Additional Cloud Roles"),
    ("T1098.005", "Account Manipulation: Device Registration"),
    ("T1110", "Brute Force"),
    ("T1110.001", "Brute Force: Password Guessing"),
    ("T1110.003", "Brute Force: Password Spraying"),
    ("T1110.004", "Brute Force: Credential Stuffing"),
    ("T1114.002", "Email Collection: Remote Email Collection"),
    ("T1114.003", "Email Collection: Email Forwarding Rule"),
    ("T1136.003", "Create Account: Cloud Account"),
    ("T1137.005", "Office Application Startup: Outlook Rules"),
    ("T1213.002", "Data from Information Repositories: Sharepoint"),
    ("T1484.002", "Domain or Tenant Policy Modification: Trust Modification"),
    ("T1526", "Cloud Service Discovery"),
    ("T1528", "Steal Application Access Token"),
    ("T1530", "Data from Cloud Storage"),
    ("T1534", "Internal Spearphishing"),
    ("T1539", "Steal Web Session Cookie"),
    ("T1550.001", "Use Alternate Authentication Material: Application Access Token"),
    ("T1550.004", "Use Alternate Authentication Material: Web Session Cookie"),
    ("T1556.006", "Modify Authentication Process: Multi-Factor Authentication"),
    ("T1556.009", "Modify Authentication Process: Conditional Access Policies"),
    ("T1557", "Adversary-in-the-Middle"),
    ("T1562.001", "Impair Defenses: Disable or Modify Tools"),
    ("T1562.008", "Impair Defenses: Disable or Modify Cloud Logs"),
    ("T1564.008", "Hide Artifacts: Email Hiding Rules"),
    ("T1566.002", "Phishing: Spearphishing Link"),
    ("T1567.002", "Exfiltration Over Web Service: Exfiltration to Cloud Storage"),
    ("T1621", "Multi-Factor Authentication Request Generation"),
    ("T1657", "Financial Theft"),
];

/// The technique's name; `None` for an id that is not in [`TECHNIQUES`].
pub fn name(id: &str) -> Option<&'static str> {
    TECHNIQUES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}
