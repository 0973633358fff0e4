//! Who acted. Exchange and SharePoint say it in `UserId`; directory records spread it over the `Actor` list.

use crate::evidence::container::value::{Object, Value};
use crate::evidence::shape::field::{self, Part, identity};
use crate::frame::AuditEventRow;

/// Elements of an `Actor` or `Target` list by their `Type`: 0 object id at logons, 1 name, 2 typed and bare object ids and the kind in words,
/// 3 PUID, 4 service principal name, 5 UPN.
#[derive(Debug, Default)]
pub(super) struct Parties {
    pub(super) upn: Option<String>,
    pub(super) name: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) principal_name: Option<String>,
}

impl Parties {
    /// Reads the list. The list's order is not relied on.
    pub(super) fn of(list: Option<&Value<'_>>) -> Self {
        let mut parties = Self::default();
        let Some(nested) = list.and_then(|list| list.nested().ok()) else { return parties };
        for entry in nested.elements().iter().filter_map(Value::object) {
            let Some(id) = field::some_text(entry.get("id")) else { continue };
            match field::int(entry.get("type")) {
                Some(5) => parties.upn = Some(id),
                Some(1) => parties.name = Some(id),
                Some(4) => parties.principal_name = Some(id),
                Some(0) if identity::is_guid(&id) => parties.object_id = Some(id.to_ascii_lowercase()),
                Some(2) => parties.add_typed(&id),
                _ => {}
            }
        }
        parties
    }

    fn add_typed(&mut self, id: &str) {
        if let Some((kind, guid)) = identity::typed_guid(id) {
            self.object_id = Some(guid.to_ascii_lowercase());
            self.kind = Some(kind.to_ascii_lowercase());
        } else if identity::is_guid(id) {
            self.object_id = Some(id.to_ascii_lowercase());
        } else if id.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            self.kind = Some(id.to_ascii_lowercase());
        }
    }
}

/// Fills `account`, `account_id` and `actor_kind`.
pub(super) fn fill(row: &mut AuditEventRow, data: &Object<'_>) {
    let user = field::text(data.get("userid")).unwrap_or_default();
    let actor = Parties::of(data.get("actor"));
    let is_principal = actor.kind.as_deref() == Some("serviceprincipal") || user.starts_with("ServicePrincipal_");
    let account = if let (true, Some(object_id)) = (is_principal, &actor.object_id) {
        identity::principal(object_id)
    } else {
        let account = identity::account(&user);
        let is_bare = account.is_empty() || identity::is_guid(&account);
        let named = actor.upn.as_deref().or(actor.name.as_deref()).filter(|_| is_bare);
        named.map_or(account, identity::account)
    };
    row.account_id = Some(actor.object_id.or_else(|| object_id(data, &account)).unwrap_or_default());
    row.actor_kind = Some(kind(data, &user, &account, is_principal).to_owned());
    row.account = Some(account);
}

/// The object id from wherever else a record keeps it.
fn object_id(data: &Object<'_>, account: &str) -> Option<String> {
    if let Some(principal) = account.strip_prefix("sp:") {
        return Some(principal.to_owned());
    }
    let access = Part::of(data, &["appaccesscontext"]);
    let candidates = [data.get("tokenobjectid"), access.get("userobjectid", "appaccesscontextuserobjectid"), data.get("userkey")];
    let guid = candidates.into_iter().filter_map(field::some_text).find(|id| identity::is_guid(id)).map(|id| id.to_ascii_lowercase());
    guid.or_else(|| identity::is_guid(account).then(|| account.to_owned()))
}

/// `user`, `guest`, `app`, `system` or `anonymous`. The type number says "system" for every service principal of a directory record, also for
/// the tenant's own: these are `app`.
fn kind(data: &Object<'_>, user: &str, account: &str, is_principal: bool) -> &'static str {
    let user_type = super::names::user_type(data.get("usertype"));
    let starts = |prefix| identity::strip_prefix_ignoring_case(user, prefix).is_some();
    if starts("urn:spo:anon") || user.eq_ignore_ascii_case("anonymous") {
        "anonymous"
    } else if is_principal {
        "app"
    } else if identity::is_system(user) || account.is_empty() || matches!(user_type, Some(3 | 4 | 7 | 8)) {
        "system"
    } else if matches!(user_type, Some(5 | 6)) {
        "app"
    } else if user_type == Some(10) || starts("urn:spo:guest") || account.contains("#ext#") {
        "guest"
    } else {
        "user"
    }
}
