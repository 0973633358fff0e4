//! Innocent changes of configuration that every tenant holds and that mean nothing.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::audit::Origin;
use super::directory::{Act, Actor, Target};
use super::tenant::{Kind, Person};
use super::world::World;

/// Services keep their books every day: Exchange sets quotas, Intune reports a laptop's state.
pub(crate) fn daily_upkeep(world: &mut World, date: NaiveDate) {
    let people = world.tenant.people.clone();
    let mailbox = world.random.pick(&people).clone();
    let seconds = world.random.between(0, 7_000);
    let night = date.and_hms_opt(0, 31, 5).expect("00:31:05 exists").and_utc() + TimeDelta::seconds(seconds);
    let object = format!("EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{}/{}", world.tenant.domain, mailbox.id);
    world.housekeeping(
        night,
        "Set-Mailbox",
        &object,
        &[("Identity", &object), ("ProhibitSendQuota", "99 GB (106,300,440,576 bytes)"), ("Force", "True")],
    );
    let laptops: Vec<_> = people.iter().filter_map(|person| person.laptop.as_ref()).collect();
    let laptop = *world.random.pick(&laptops);
    let laptop = Target::thing("Device", &laptop.object_id, &laptop.name);
    let evening = date.and_hms_opt(20, 12, 44).expect("20:12:44 exists").and_utc() + TimeDelta::seconds(seconds);
    let changes = vec![("Included Updated Properties", String::new(), "\"DeviceOSVersion\"".to_owned())];
    world.act(&Act { changes, ..Act::new(evening, Actor::Service("Microsoft Intune"), "Update device", "Device", vec![laptop]) });
}

/// A newsletter rule, a forgotten password, an application that the company bought, a new group member.
pub(crate) fn innocent_changes(world: &mut World) {
    let people = world.tenant.people.clone();
    let Some(admin) = people.iter().find(|person| person.kind == Kind::Admin) else {
        return;
    };
    let staff: Vec<&Person> = people.iter().filter(|person| person.kind == Kind::Employee).collect();
    let (Some(tidy), Some(forgetful)) = (staff.last(), staff.get(staff.len().saturating_sub(2))) else {
        return;
    };
    let second_monday = world.tenant.first_day + TimeDelta::days(7 + 7 - i64::from(world.tenant.first_day.weekday().num_days_from_monday()));
    let on = |days: i64, hour: u32, minute: u32| {
        (second_monday + TimeDelta::days(days)).and_hms_opt(hour, minute, 12).expect("office hours exist").and_utc()
    };
    let session = world.random.guid();
    let rule = format!("{}\\Newsletters", tidy.mailbox);
    let token = world.random.token();
    let origin = Origin { at: on(1, 8, 41), actor: tidy, address: &tidy.office.address, agent: "", session: Some((&session, &token)) };
    let parameters = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("From", "newsletter@northwind.example"),
        ("MoveToFolder", "Newsletters"),
        ("Name", "Newsletters"),
        ("StopProcessingRules", "False"),
    ];
    world.cmdlet(&origin, "New-InboxRule", &rule, &parameters);
    world.reset_password(on(2, 9, 3), admin, &admin.office, forgetful);
    adopt_application(world, on(3, 12, 20), admin);
    let group = Target::thing("Group", &world.random.guid(), "Project 118");
    let member = Act::new(
        on(4, 13, 5),
        Actor::Person(admin, &admin.office.address),
        "Add member to group",
        "GroupManagement",
        vec![Target::person(tidy), group.clone()],
    );
    let changes =
        vec![("Group.ObjectID", String::new(), format!("\"{}\"", group.id)), ("Group.DisplayName", String::new(), "\"Project 118\"".to_owned())];
    world.act(&Act { changes, operation: "Assign", ..member });
}

/// An administrator introduces an application of a verified publisher for everybody, with a harmless scope.
fn adopt_application(world: &mut World, at: DateTime<Utc>, admin: &Person) {
    let app = Target::thing("ServicePrincipal", &world.tenant.adopted().1, "Northwind Time Tracking");
    let actor = Actor::Person(admin, &admin.office.address);
    let correlation =
        world.act(&Act { operation: "Add", ..Act::new(at, actor, "Add service principal", "ApplicationManagement", vec![app.clone()]) });
    let changes = vec![
        ("DelegatedPermissionGrant.Scope", String::new(), "\" User.Read openid profile\"".to_owned()),
        ("DelegatedPermissionGrant.ConsentType", String::new(), "\"AllPrincipals\"".to_owned()),
        ("ServicePrincipal.ObjectID", String::new(), format!("\"{}\"", app.id)),
    ];
    let graph = Target::thing("ServicePrincipal", &world.tenant.graph_principal(), "Microsoft Graph");
    let grant = Act::new(at + TimeDelta::seconds(1), actor, "Add delegated permission grant", "ApplicationManagement", vec![graph]);
    world.act(&Act { changes, operation: "Assign", correlation: Some(correlation.clone()), ..grant });
    let changes = vec![
        ("ConsentContext.IsAdminConsent", String::new(), "\"True\"".to_owned()),
        ("ConsentContext.IsAppOnly", String::new(), "\"False\"".to_owned()),
        ("ConsentContext.OnBehalfOfAll", String::new(), "\"True\"".to_owned()),
        (
            "ConsentAction.Permissions",
            String::new(),
            format!(
                "\"[] => [[Id: , ClientId: {}, PrincipalId: , ResourceId: {}, ConsentType: AllPrincipals, Scope:  User.Read openid profile]]; \"",
                app.id,
                world.tenant.graph_principal()
            ),
        ),
        ("TargetId.ServicePrincipalNames", String::new(), format!("\"{}\"", world.tenant.adopted().0)),
    ];
    let consent = Act::new(at + TimeDelta::seconds(2), actor, "Consent to application", "ApplicationManagement", vec![app]);
    world.act(&Act { changes, operation: "Assign", correlation: Some(correlation), ..consent });
}
