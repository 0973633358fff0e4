//! What the sign-in shapes share: streams, and what authentication steps and policies say.

pub(super) mod steps;

/// The streams as they stand in the `stream` column.
pub(super) mod stream {
    pub(in crate::evidence::shape::events) const INTERACTIVE: &str = "interactive";
    pub(in crate::evidence::shape::events) const NON_INTERACTIVE: &str = "non-interactive";
    pub(in crate::evidence::shape::events) const SERVICE_PRINCIPAL: &str = "service-principal";
    pub(in crate::evidence::shape::events) const MANAGED_IDENTITY: &str = "managed-identity";
    pub(in crate::evidence::shape::events) const UNKNOWN: &str = "unknown";
}

/// The stream that a file name claims: the last resort for exports whose rows do not tell. Names that promise both streams tell nothing.
pub(super) fn stream_of_path(path: &str) -> Option<&'static str> {
    let name: String = path.rsplit('/').next()?.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    let without_negation = name.replace("noninteractive", "");
    let told = [
        (without_negation.contains("interactive"), stream::INTERACTIVE),
        (without_negation.len() < name.len(), stream::NON_INTERACTIVE),
        (name.contains("applicationsignin") || name.contains("serviceprincipal"), stream::SERVICE_PRINCIPAL),
        (name.contains("msisignin") || name.contains("managedidentity"), stream::MANAGED_IDENTITY),
    ];
    let mut told = told.into_iter().filter(|(told, _)| *told).map(|(_, stream)| stream);
    told.next().filter(|_| told.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_tell_the_stream_only_when_they_name_one() {
        assert_eq!(stream_of_path("a/InteractiveSignIns_2026-01-01_2026-01-08.csv"), Some(stream::INTERACTIVE));
        assert_eq!(stream_of_path("NonInteractiveSignIns_2026-01-01.csv"), Some(stream::NON_INTERACTIVE));
        assert_eq!(stream_of_path("20260101-interactiveUser-nonInteractiveUser-SignInLogs.json"), None);
        assert_eq!(stream_of_path("interactive/sign-ins.csv"), None);
        assert_eq!(stream_of_path("ApplicationSignIns_2026.csv"), Some(stream::SERVICE_PRINCIPAL));
    }
}
