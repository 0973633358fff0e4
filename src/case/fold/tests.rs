//! What is one record, which copy stays, and what it takes over.

use super::*;
use crate::frame::{AuditEventRow, MailAccessRow, MailItemRow, PermissionStateRow, RiskEventRow, Rows, SignInRow};
use crate::time::Time;

#[expect(clippy::unnecessary_wraps, reason = "cells are optional")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn folded(rows: Rows) -> (Frames, Occurrences) {
    let mut frames = rows.finish();
    let occurrences = duplicates(&mut frames).occurrences;
    (frames, occurrences)
}

/// Kept place → other places.
type Places = Vec<((u32, u64), Vec<(u32, u64)>)>;

fn places_of(occurrences: &Occurrences) -> Places {
    let place = |reference: &RecordRef| (reference.source.0, reference.record);
    occurrences.iter().map(|((source, record), others)| ((source.0, *record), others.iter().map(place).collect())).collect()
}

#[test]
fn the_richest_copy_stays_and_takes_over_what_only_others_have() {
    let mut rows = Rows::default();
    let sign_in = |transfer: &str, risk: &str, agent: Option<&str>| SignInRow {
        feed: text("entra"),
        transfer_method: text(transfer),
        risk_state: text(risk),
        user_agent: agent.map(str::to_owned),
        city: text(""),
        ..SignInRow::default()
    };
    rows.sign_ins.push(SourceId(0), 4, "A", sign_in("devicecodeflow", "none", None));
    rows.sign_ins.push(SourceId(0), 5, "B", sign_in("none", "none", None));
    rows.sign_ins.push(SourceId(1), 0, "A", SignInRow { city: text("Riga"), ..sign_in("none", "atrisk", Some("agent")) });
    let (frames, occurrences) = folded(rows);
    let sign_ins = &frames.sign_ins;
    let kept: Vec<(u64, &str)> = sign_ins.iter().map(|row| (row.record(), row.record_id())).collect();
    assert_eq!(kept, [(5, "B"), (0, "A")]);
    let row = sign_ins.get(1).expect("two rows are left");
    assert_eq!(
        (row.transfer_method(), row.risk_state(), row.user_agent(), row.city()),
        (Some("devicecodeflow"), Some("atrisk"), Some("agent"), Some("Riga"))
    );
    assert_eq!(places_of(&occurrences), [((1, 0), vec![(0, 4)])]);
}

#[test]
fn feeds_do_not_meet_guids_ignore_case_and_empty_ids_stay() {
    let guid = "0A1B2C3D-0000-4000-8000-00000000000F";
    let mut rows = Rows::default();
    let audit = |feed: &str| AuditEventRow { feed: text(feed), ..AuditEventRow::default() };
    rows.audit.push(SourceId(0), 0, guid, audit("ual"));
    rows.audit.push(SourceId(0), 1, &guid.to_lowercase(), audit("ual"));
    rows.audit.push(SourceId(0), 2, guid, audit("directory"));
    rows.audit.push(SourceId(0), 3, "", audit("ual"));
    rows.audit.push(SourceId(0), 4, "", audit("ual"));
    rows.audit.push(SourceId(0), 5, "aBcD", audit("ual"));
    rows.audit.push(SourceId(0), 6, "abcd", audit("ual"));
    let (frames, occurrences) = folded(rows);
    let kept: Vec<u64> = frames.audit.iter().map(|row| row.record()).collect();
    assert_eq!(kept, [0, 2, 3, 4, 5, 6]);
    assert_eq!(places_of(&occurrences), [((0, 0), vec![(0, 1)])]);
}

#[test]
fn mail_rows_follow_their_record_and_no_message_is_lost() {
    let mut rows = Rows::default();
    let audit = || AuditEventRow { feed: text("ual"), operation: text("mailitemsaccessed"), ..AuditEventRow::default() };
    let access = |folder: &str| MailAccessRow { folder: text(folder), ..MailAccessRow::default() };
    let item = |message: &str| MailItemRow { folder: text("Inbox"), message_id: text(message), ..MailItemRow::default() };
    // The first copy comes from an export without folders but with one more column filled.
    rows.audit.push(SourceId(0), 0, "x", AuditEventRow { subject: text("s"), ..audit() });
    for (source, messages) in [(1, &["<1>", "<2>", "<2>"][..]), (2, &["<1>", "<3>"])] {
        rows.audit.push(SourceId(source), 7, "x", audit());
        rows.mail_access.push(SourceId(source), 7, "x", access("Inbox"));
        for message in messages {
            rows.mail_items.push(SourceId(source), 7, "x", item(message));
        }
    }
    let (frames, occurrences) = folded(rows);
    let audit: Vec<(u32, Option<String>)> = frames.audit.iter().map(|row| (row.source().0, row.subject().map(str::to_owned))).collect();
    assert_eq!(audit, [(1, text("s"))]);
    let items = &frames.mail_items;
    assert_eq!(
        items.iter().map(|row| (row.source().0, row.message_id().unwrap_or(""))).collect::<Vec<_>>(),
        [(1, "<1>"), (1, "<2>"), (1, "<2>"), (2, "<3>")]
    );
    assert_eq!(frames.mail_access.iter().count(), 1);
    assert_eq!(places_of(&occurrences), [((1, 7), vec![(0, 0), (2, 7)])]);
}

#[test]
fn the_newest_verdict_on_a_risk_wins() {
    let mut rows = Rows::default();
    let risk = |updated: i64, state: &str, city: &str| RiskEventRow {
        feed: text("detection"),
        updated: Some(Time(updated)),
        state: text(state),
        level: text("high"),
        city: text(city),
        ..RiskEventRow::default()
    };
    rows.risks.push(SourceId(0), 0, "r", risk(1, "atrisk", "Riga"));
    rows.risks.push(SourceId(0), 1, "r", risk(9, "confirmedcompromised", ""));
    rows.risks.push(SourceId(0), 2, "r", risk(5, "dismissed", ""));
    let (frames, occurrences) = folded(rows);
    let risks = &frames.risks;
    let row = risks.get(0).expect("one row is left");
    assert_eq!((risks.iter().count(), row.state(), row.updated(), row.city()), (1, Some("confirmedcompromised"), Some(Time(9)), Some("Riga")));
    assert_eq!(occurrences.values().map(Vec::len).collect::<Vec<_>>(), [2]);
}

#[test]
fn states_fold_only_when_all_cells_are_the_same() {
    let mut rows = Rows::default();
    let right = |trustee: &str, folder: Option<&str>| PermissionStateRow {
        mailbox: text("a@contoso.example"),
        trustee: text(trustee),
        folder: folder.map(str::to_owned),
        ..PermissionStateRow::default()
    };
    rows.permissions.push(SourceId(0), 0, "", right("x", None));
    rows.permissions.push(SourceId(0), 1, "", right("x", Some("")));
    rows.permissions.push(SourceId(0), 2, "id", right("x", None));
    rows.permissions.push(SourceId(1), 0, "", right("x", None));
    rows.permissions.push(SourceId(1), 1, "", right("y", None));
    let (frames, occurrences) = folded(rows);
    let kept: Vec<(u32, u64)> = frames.permissions.iter().map(|row| (row.source().0, row.record())).collect();
    assert_eq!(kept, [(0, 0), (0, 1), (0, 2), (1, 1)]);
    assert_eq!(places_of(&occurrences), [((0, 0), vec![(1, 0)])]);
}

#[test]
fn logon_of_the_audit_log_joins_the_sign_in_with_its_request_id() {
    let mut rows = Rows::default();
    let row = |feed: &str| SignInRow { feed: text(feed), ..SignInRow::default() };
    rows.sign_ins.push(SourceId(0), 0, "A", SignInRow { request_type: text("OAuth2:Token"), ..row("ual") });
    rows.sign_ins.push(SourceId(1), 7, "A", SignInRow { city: text("Riga"), session_id: text("s"), ..row("entra") });
    let (frames, occurrences) = folded(rows);
    let sign_ins = &frames.sign_ins;
    let kept: Vec<_> = sign_ins.iter().map(|row| (row.feed(), row.city(), row.request_type())).collect();
    assert_eq!(kept, [(Some("entra"), Some("Riga"), Some("OAuth2:Token"))]);
    assert_eq!(places_of(&occurrences), [((1, 7), vec![(0, 0)])]);
}

/// Copies of one sign-in, each in a source of its own, folded.
fn sign_ins(rows: Vec<(&str, SignInRow)>) -> (Frames, Folded) {
    let mut all = Rows::default();
    for (source, (id, row)) in (0..).zip(rows) {
        let row = SignInRow { feed: row.feed.or_else(|| text("entra")), ..row };
        all.sign_ins.push(SourceId(source), 0, id, row);
    }
    let mut frames = all.finish();
    let folded = duplicates(&mut frames);
    (frames, folded)
}

const GUID: &str = "0a1b2c3d-0000-4000-8000-00000000000f";
const HOUR: i64 = 3_600_000_000;

#[test]
fn a_record_that_the_server_returns_59_times_is_one_event_without_a_difference() {
    let row = || SignInRow { time: Some(Time(7)), account: text("a@contoso.example"), city: text("Riga"), ..SignInRow::default() };
    let (frames, folded) = sign_ins((0..59).map(|_| (GUID, row())).collect());
    assert_eq!(frames.sign_ins.iter().count(), 1);
    assert_eq!(folded.occurrences.values().map(Vec::len).collect::<Vec<_>>(), [58]);
    assert_eq!(folded.differences, Differences::default());
}

#[test]
fn copies_that_differ_are_told_with_both_values_and_the_one_that_is_used() {
    let row = |city: &str, transfer: &str, device: Option<&str>| SignInRow {
        city: text(city),
        transfer_method: text(transfer),
        risk_level: text("hidden"),
        device_name: device.map(str::to_owned),
        ..SignInRow::default()
    };
    let later = SignInRow { risk_level: text("high"), ..row("Riga", "none", Some("PC-7")) };
    let (frames, folded) = sign_ins(vec![(GUID, row("Liepaja", "devicecodeflow", None)), (GUID, later)]);
    let kept = frames.sign_ins.get(0).expect("one row is left");
    assert_eq!((kept.city(), kept.transfer_method(), kept.risk_level()), (Some("Riga"), Some("devicecodeflow"), Some("high")));
    let told: Vec<(&str, &str, &str, bool)> =
        folded.differences.listed.iter().map(|cell| (&*cell.column, &*cell.value, &*cell.other_value, cell.is_taken)).collect();
    // "hidden" does not contradict a risk level; "none" does contradict a transfer method.
    assert_eq!(told, [("sign_ins.city", "Riga", "Liepaja", false), ("sign_ins.transfer_method", "none", "devicecodeflow", true)]);
    assert_eq!((folded.differences.n_records, folded.differences.n_cells), (1, 2));
    let first = &folded.differences.listed[0];
    assert_eq!((first.kept.source, first.other.source), (SourceId(1), SourceId(0)));
}

#[test]
fn spelling_precision_and_order_are_no_differences_and_the_fuller_text_is_taken() {
    let row = |time: i64, name: &str, latitude: f64, policies: &str| SignInRow {
        time: Some(Time(time)),
        app: text(name),
        latitude: Some(latitude),
        ca_policies: text(policies),
        ..SignInRow::default()
    };
    let plain = row(5_000_000, "OfficeHome", 50.93, r#"[{"id":"1","result":"success"}]"#);
    let fuller = row(5_178_000, "officehome", 50.9312, r#"[ {"result":"success", "displayName":"MFA", "id":"1"} ]"#);
    let (frames, folded) = sign_ins(vec![(GUID, plain), (GUID, fuller)]);
    let kept = frames.sign_ins.get(0).expect("one row is left");
    assert_eq!((kept.time(), kept.app()), (Some(Time(5_178_000)), Some("OfficeHome")));
    assert!(kept.ca_policies().is_some_and(|policies| policies.contains("MFA")));
    assert_eq!(folded.differences, Differences::default());
}

#[test]
fn an_id_that_stands_for_several_events_merges_none_of_them() {
    let mut rows = Rows::default();
    let audit =
        |operation: &str, at: i64| AuditEventRow { feed: text("ual"), operation: text(operation), time: Some(Time(at)), ..AuditEventRow::default() };
    rows.audit.push(SourceId(0), 0, "ANONYMIZED", audit("send", 0));
    rows.audit.push(SourceId(0), 1, "ANONYMIZED", audit("harddelete", 0));
    rows.audit.push(SourceId(0), 2, "ANONYMIZED", audit("send", 90_000_000));
    rows.audit.push(SourceId(1), 0, "ANONYMIZED", audit("send", 90_000_000));
    let mut frames = rows.finish();
    let folded = duplicates(&mut frames);
    assert_eq!(frames.audit.iter().map(|row| (row.source().0, row.record())).collect::<Vec<_>>(), [(0, 0), (0, 1), (0, 2)]);
    assert_eq!((folded.differences.n_not_copies, folded.occurrences.len()), (2, 1));
}

#[test]
fn a_wrapper_in_another_zone_or_with_day_and_month_swapped_is_still_a_copy() {
    let at = |time: &str| Some(crate::time::parse(time, crate::time::DateOrder::MonthFirst).expect("a time"));
    let row = |time: &str| SignInRow { time: at(time), account: text("a@contoso.example"), ..SignInRow::default() };
    for (other, n_left) in [("2026-03-04T11:00:00Z", 1), ("2026-04-03T09:00:00Z", 1), ("2026-04-04T09:00:00Z", 2)] {
        let (frames, folded) = sign_ins(vec![(GUID, row("2026-03-04T09:00:00Z")), (GUID, row(other))]);
        assert_eq!(frames.sign_ins.iter().count(), n_left, "{other}");
        assert_eq!(folded.differences.n_cells, u64::from(n_left == 1), "{other}: the times are told");
    }
}

#[test]
fn records_without_id_meet_across_files_and_not_inside_one() {
    let mut rows = Rows::default();
    let audit = |address: Option<&str>| AuditEventRow {
        feed: text("ual"),
        operation: text("mailitemsaccessed"),
        time: Some(Time(HOUR)),
        account: text("a@contoso.example"),
        address: address.map(str::to_owned),
        ..AuditEventRow::default()
    };
    // Two events of one second, exported twice; the second export has one more column. A third export contradicts.
    for record in 0..2 {
        rows.audit.push(SourceId(0), record, "", audit(None));
        rows.audit.push(SourceId(1), record, "", audit(Some("192.0.2.1")));
        rows.audit.push(SourceId(2), record, "", AuditEventRow { object: text("x"), ..audit(None) });
    }
    let mut sorted = Rows::default();
    for source in 0..3 {
        for row in rows.audit.iter().filter(|row| row.source() == SourceId(source)) {
            let cells = AuditEventRow { object: row.object().map(str::to_owned), ..audit(row.address()) };
            sorted.audit.push(row.source(), row.record(), "", cells);
        }
    }
    let (frames, occurrences) = folded(sorted);
    let kept: Vec<(u32, u64)> = frames.audit.iter().map(|row| (row.source().0, row.record())).collect();
    assert_eq!(kept, [(1, 0), (1, 1), (2, 0), (2, 1)]);
    assert_eq!(places_of(&occurrences), [((1, 0), vec![(0, 0)]), ((1, 1), vec![(0, 1)])]);
}

#[test]
fn records_with_ids_of_their_own_stay_even_when_all_else_is_equal() {
    let mut rows = Rows::default();
    let audit = || AuditEventRow { feed: text("ual"), operation: text("mailitemsaccessed"), time: Some(Time(HOUR)), ..AuditEventRow::default() };
    rows.audit.push(SourceId(0), 0, "1", audit());
    rows.audit.push(SourceId(0), 1, "2", audit());
    let sign_in = |stream: &str| SignInRow { feed: text("entra"), stream: text(stream), time: Some(Time(HOUR)), ..SignInRow::default() };
    rows.sign_ins.push(SourceId(1), 0, "3", sign_in("interactive"));
    rows.sign_ins.push(SourceId(1), 1, "4", sign_in("non-interactive"));
    let (frames, occurrences) = folded(rows);
    assert_eq!((frames.audit.iter().count(), frames.sign_ins.iter().count(), occurrences.len()), (2, 2, 0));
}

#[test]
fn logon_without_a_common_id_joins_one_sign_in_near_it() {
    let row = |feed: &str, at: i64, address: &str| SignInRow {
        feed: text(feed),
        time: Some(Time(at * 1_000_000)),
        account: text("a@contoso.example"),
        app_id: text("app"),
        address: text(address),
        error_code: Some(0),
        ..SignInRow::default()
    };
    let logon = SignInRow { request_type: text("OAuth2:Authorize"), ..row("ual", 12, "192.0.2.1") };
    let (frames, folded) = sign_ins(vec![
        ("e1", row("entra", 10, "192.0.2.1")),
        ("e1", row("entra", 10, "192.0.2.1")),
        ("e2", row("entra", 30, "192.0.2.1")),
        ("u1", logon),
        ("u2", row("ual", 11, "192.0.2.2")),
        ("u3", row("ual", 33, "192.0.2.1")),
        ("u4", SignInRow { error_code: Some(50126), ..row("ual", 30, "192.0.2.1") }),
    ]);
    let left: Vec<(&str, Option<&str>)> = frames.sign_ins.iter().map(|row| (row.record_id(), row.request_type())).collect();
    assert_eq!(left, [("e1", Some("OAuth2:Authorize")), ("e2", None), ("u2", None), ("u3", None), ("u4", None)]);
    assert_eq!(places_of(&folded.occurrences), [((0, 0), vec![(1, 0), (3, 0)])]);
    assert_eq!(folded.differences, Differences::default(), "two logs describe one event in words of their own");
}
