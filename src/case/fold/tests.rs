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
