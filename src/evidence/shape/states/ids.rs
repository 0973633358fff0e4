//! Names of directory roles and application permissions that exports state as ids only. The table says where its facts come from.

const TABLE: &str = include_str!("../../../data/permission-ids.csv");

/// Name of a directory role by its template id; `None` when the table does not know it.
pub(super) fn directory_role(id: &str) -> Option<&'static str> {
    look_up("directory-role", id)
}

/// Value of an application permission (`Mail.Read`) by its app-role id; `None` when the table does not know it.
pub(super) fn app_role(id: &str) -> Option<&'static str> {
    look_up("app-role", id)
}

fn look_up(kind: &str, id: &str) -> Option<&'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut cells = line.splitn(3, ',');
        let found = cells.next() == Some(kind) && cells.next().is_some_and(|known| known.eq_ignore_ascii_case(id.trim()));
        found.then(|| cells.next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_names_only_within_their_kind() {
        assert_eq!(directory_role("62E90394-69f5-4237-9190-012177145e10"), Some("Global Administrator"));
        assert_eq!(app_role("e2a3a72e-5f79-4c64-b1b1-878b674786c9"), Some("Mail.ReadWrite"));
        assert_eq!(app_role("62e90394-69f5-4237-9190-012177145e10"), None);
    }

    #[test]
    fn every_line_of_the_table_is_complete() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            assert_eq!(cells.len(), 3, "{line}");
            assert!(matches!(cells[0], "directory-role" | "app-role") && crate::evidence::shape::field::identity::is_guid(cells[1]), "{line}");
        }
    }
}
