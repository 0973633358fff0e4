//! Archives that are damaged, locked or made to do harm: what can be read is read, the rest is named, and nothing takes long or much.

use backtrail::provenance::SkipReason;
use backtrail::settings::archive::Archive;

use super::{Folder, losses, pack, paths, sign_in, source};

fn records(numbers: std::ops::Range<u32>) -> String {
    format!("[{}]", numbers.map(sign_in).collect::<Vec<_>>().join(",\n"))
}

/// Every `from` becomes `to`, of the same length.
fn patched(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "there is something to replace");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn names_are_labels_and_lead_nowhere() {
    let (one, two, three, four) = (records(1..2), records(2..3), records(3..4), records(4..5));
    let (five, six) = (records(5..6), records(6..7));
    let files: Vec<(&str, &[u8])> = vec![
        ("same/a.json", one.as_bytes()),
        ("same/b.json", two.as_bytes()),
        ("../../../up/out.json", three.as_bytes()),
        ("/outside/absolute.json", four.as_bytes()),
        ("C:\\Users\\w.json", five.as_bytes()),
        ("./dot//\u{1b}[31mred\u{202e}\n.json", six.as_bytes()),
    ];
    let bytes = patched(&pack::zip(&files), b"same/b.json", b"same/a.json");
    let case = Folder::new("names").with("e.zip", bytes).load();
    assert_eq!(
        paths(&case),
        [
            "e.zip",
            "e.zip/(..)/(..)/(..)/up/out.json",
            "e.zip/C:/Users/w.json",
            "e.zip/dot/\u{1b}[31mred\u{202e}\n.json",
            "e.zip/outside/absolute.json",
            "e.zip/same/a.json",
            "e.zip/same/a.json (2)",
        ]
    );
    assert_eq!(case.sources.iter().map(|source| source.kept).sum::<u64>(), 6);
    assert_eq!(losses(&case), []);

    let limits = Archive { name_letters: 12, ..Archive::default() };
    let long: Vec<(&str, &[u8])> = vec![("a-name-without-end-1.json", one.as_bytes()), ("a-name-without-end-2.json", two.as_bytes())];
    let case = Folder::new("long-names").with("e.tar", pack::tar(&long)).load_within(&limits);
    assert_eq!(paths(&case), ["e.tar", "e.tar/a-name-witho\u{2026}", "e.tar/a-name-witho\u{2026} (2)"]);
}

#[test]
fn locked_members_are_named_and_the_others_read() {
    let (one, two) = (records(1..2), records(2..3));
    let mut bytes = pack::zip(&[("locked.json", one.as_bytes()), ("open.json", two.as_bytes())]);
    // Bit 0 of the flags, in the header of the member and in the directory.
    for (magic, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|window| window == magic).expect("the header is there");
        bytes[at + flags] |= 1;
    }
    let seven = include_bytes!("../../../fixtures/archives/locked.7z");
    let names = include_bytes!("../../../fixtures/archives/locked-names.7z");
    let case = Folder::new("locked").with("e.zip", bytes).with("f.7z", seven).with("g.7z", names).load();
    assert_eq!(
        losses(&case),
        [
            ("e.zip/locked.json", SkipReason::Encrypted, "locked with a password: unpack it"),
            ("f.7z/SignIns.json", SkipReason::Encrypted, "locked with a password: unpack it"),
            ("g.7z", SkipReason::Encrypted, "locked with a password: unpack it"),
        ]
    );
    assert_eq!(source(&case, "e.zip/open.json").kept, 1);
}

#[test]
fn what_a_damaged_archive_still_holds_is_read() {
    // Numbers that do not compress well, so that the cut falls into the second member.
    let noise = |from: u32| {
        let record = |number: u32| sign_in(number).replace("Town", &format!("{:x}", u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        format!("[{}]", (from..from + 400).map(record).collect::<Vec<_>>().join(",\n"))
    };
    let (one, two) = (noise(0), noise(1000));
    let files: Vec<(&str, &[u8])> = vec![("one.json", one.as_bytes()), ("two.json", two.as_bytes())];
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() * 7 / 10].to_vec();
    for (name, bytes) in [("e.zip", cut(pack::zip(&files))), ("e.tar", cut(pack::tar(&files))), ("e.tgz", cut(pack::gzip(&pack::tar(&files))))] {
        let case = Folder::new(&format!("cut-{name}")).with(name, bytes).load();
        assert_eq!(source(&case, &format!("{name}/one.json")).kept, 400, "{name}");
        let two = source(&case, &format!("{name}/two.json"));
        assert!((50..350).contains(&two.kept), "{name}: {} records before the cut", two.kept);
        assert!(two.sha256.is_empty() && two.skipped >= 1, "{name}: {two:?}");
        assert!(losses(&case).iter().any(|(path, ..)| *path == name), "{name} is named: {:?}", losses(&case));
    }
    let case = Folder::new("cut-gz").with("one.json.gz", cut(pack::gzip(one.as_bytes()))).load();
    let member = source(&case, "one.json.gz/one.json");
    assert!((100..399).contains(&member.kept) && member.skipped >= 1, "{member:?}");

    // The directory of a 7z archive stands at its end.
    let case = Folder::new("cut-7z").with("e.7z", cut(pack::seven_zip(&files, true))).load();
    assert_eq!(losses(&case).len(), 1, "{:?}", losses(&case));
    assert_eq!(losses(&case)[0].1, SkipReason::UnreadableFile);

    // One wrong byte in the middle of the first of two blocks costs that block.
    let mut bytes = pack::seven_zip(&files, false);
    let at = bytes.len() / 4;
    bytes[at] ^= 0xFF;
    let case = Folder::new("bent-7z").with("e.7z", bytes).load();
    assert_eq!(source(&case, "e.7z/two.json").kept, 400);
    assert!(source(&case, "e.7z/one.json").skipped >= 1);

    // A wrong checksum does not cost the records, but it is said.
    let mut bytes = pack::gzip(one.as_bytes());
    let at = bytes.len() - 6;
    bytes[at] ^= 0xFF;
    let case = Folder::new("bent-gz").with("one.json.gz", bytes).load();
    let member = source(&case, "one.json.gz/one.json");
    assert_eq!((member.kept, member.skipped), (400, 1), "{:?}", losses(&case));
    assert!(losses(&case)[0].2.contains("checksum"), "{:?}", losses(&case));
}

#[test]
fn files_put_together_are_one_and_rubbish_behind_them_is_named() {
    let (one, two) = (records(0..10), records(10..20));
    let joined = [pack::gzip(one.as_bytes()), pack::gzip(two.as_bytes())].concat();
    let case = Folder::new("joined").with("a.json.gz", &joined).with("b.json.gz", [joined.clone(), b"rubbish at the end".to_vec()].concat()).load();
    assert_eq!(source(&case, "a.json.gz/a.json").kept, 20);
    assert_eq!((source(&case, "b.json.gz/b.json").duplicates, source(&case, "b.json.gz/b.json").skipped), (20, 1));
}

/// Small limits, so that small files reach them.
fn tight() -> Archive {
    Archive { always_bytes: 100_000, ..Archive::default() }
}

#[test]
fn bombs_are_stopped_and_named() {
    let bomb = vec![b' '; 3 << 20];
    let good = records(1..4);
    let files: Vec<(&str, &[u8])> = vec![("bomb.json", &bomb), ("good.json", good.as_bytes())];
    // The archive is large enough for its good members: only the bomb is refused.
    let ballast: Vec<u8> = (0..100_000u64).map(|at| (at.wrapping_mul(at).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let with_ballast: Vec<(&str, &[u8])> = vec![("ballast.bin", &ballast), ("bomb.json", &bomb), ("good.json", good.as_bytes())];
    let case = Folder::new("bomb-zip").with("e.zip", pack::zip(&with_ballast)).load_within(&tight());
    assert_eq!(source(&case, "e.zip/good.json").kept, 3);
    let refused = losses(&case).into_iter().find(|(path, ..)| *path == "e.zip/bomb.json").expect("the bomb is named");
    assert_eq!(refused.1, SkipReason::LimitReached);
    assert!(refused.2.contains("archive.ratio"), "{}", refused.2);

    for (name, bytes) in [
        ("e.zip", pack::zip(&files)),
        ("e.tgz", pack::gzip(&pack::tar(&files))),
        ("e.7z", pack::seven_zip(&files, true)),
        ("e.gz", pack::gzip(&bomb)),
        ("nested.zip", pack::zip(&[("e.gz", &pack::gzip(&bomb))])),
    ] {
        assert!(bytes.len() < 10_000, "{name} is small");
        let case = Folder::new(&format!("bomb-{name}")).with(name, &bytes).load_within(&tight());
        assert!(losses(&case).iter().any(|(_, reason, _)| *reason == SkipReason::LimitReached), "{name}: {:?}", losses(&case));
        let n_bytes: u64 = case.sources.iter().map(|source| source.size).sum();
        assert!(n_bytes < 250 * bytes.len() as u64 + 1_000_000, "{name}: {n_bytes} bytes were unpacked");
    }

    let limits = Archive { total_bytes: 1_000_000, ratio: u64::MAX, ..Archive::default() };
    let case = Folder::new("total").with("e.zip", pack::zip(&files)).load_within(&limits);
    assert!(losses(&case).iter().any(|(path, _, words)| *path == "e.zip" && words.contains("archive.total_bytes")), "{:?}", losses(&case));
}

#[test]
fn members_that_share_their_bytes_do_not_multiply_without_end() {
    let kernel = vec![b' '; 60_000];
    let bytes = pack::zip(&[("kernel.json", &kernel)]);
    let at = bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").expect("an end");
    let (entry, mut tail) = (bytes[at..end].to_vec(), bytes[end..].to_vec());
    let n_entries = 20_000u16;
    tail[8..10].copy_from_slice(&n_entries.to_le_bytes());
    tail[10..12].copy_from_slice(&n_entries.to_le_bytes());
    tail[12..16].copy_from_slice(&u32::try_from(entry.len() * usize::from(n_entries)).expect("small").to_le_bytes());
    let bomb = [bytes[..at].to_vec(), entry.repeat(usize::from(n_entries)), tail].concat();
    let limits = Archive { always_bytes: 100_000, ratio: 10, ..Archive::default() };
    let case = Folder::new("overlap").with("e.zip", bomb).load_within(&limits);
    assert!(losses(&case).iter().any(|(path, reason, _)| *path == "e.zip" && *reason == SkipReason::LimitReached), "{:?}", losses(&case).last());
    let n_bytes: u64 = case.sources.iter().skip(1).map(|source| source.size).sum();
    assert!(n_bytes < 20_000_000, "{n_bytes} bytes were unpacked");
}

#[test]
fn archives_are_opened_to_a_depth_and_with_a_number_of_members() {
    let good = records(1..3);
    let inner = pack::zip(&[("deep.json", good.as_bytes())]);
    let middle = pack::zip(&[("inner.zip", &inner), ("middle.json", good.as_bytes())]);
    let case = Folder::new("depth").with("outer.zip", pack::zip(&[("middle.zip", &middle)])).load();
    assert_eq!(paths(&case), ["outer.zip", "outer.zip/middle.zip", "outer.zip/middle.zip/inner.zip", "outer.zip/middle.zip/middle.json"]);
    assert_eq!(source(&case, "outer.zip/middle.zip/middle.json").kept, 2);
    let [(path, reason, words)] = losses(&case)[..] else { panic!("{:?}", losses(&case)) };
    assert_eq!((path, reason), ("outer.zip/middle.zip/inner.zip", SkipReason::LimitReached));
    assert!(words.contains("archive.depth"), "{words}");
    assert_eq!(source(&case, path).sha256.len(), 64);

    let names: Vec<String> = (0..50).map(|at| format!("{at:02}.json")).collect();
    let many: Vec<(String, String)> = names.into_iter().zip((0..).map(|at| records(at..at + 1))).collect();
    let files: Vec<(&str, &[u8])> = many.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let limits = Archive { members: 20, ..Archive::default() };
    for (name, bytes) in [("e.zip", pack::zip(&files)), ("e.tar", pack::tar(&files)), ("e.7z", pack::seven_zip(&files, true))] {
        let case = Folder::new(&format!("many-{name}")).with(name, bytes).load_within(&limits);
        assert_eq!(case.sources.len(), 21, "{name}");
        let [(path, SkipReason::LimitReached, words)] = losses(&case)[..] else { panic!("{name}: {:?}", losses(&case)) };
        assert!(path == name && words.contains("archive.members"), "{words}");
    }
}

fn header(name: &str, kind: tar::EntryType, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).expect("a short name");
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

#[test]
fn tapes_with_links_devices_and_impossible_sizes_do_no_harm() {
    let good = records(1..3);
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind) in
        [("link", tar::EntryType::Symlink), ("hard", tar::EntryType::Link), ("device", tar::EntryType::Char), ("pipe", tar::EntryType::Fifo)]
    {
        let mut header = header(name, kind, 0);
        if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
            header.set_link_name("/etc/passwd").expect("a short name");
            header.set_cksum();
        }
        builder.append(&header, std::io::empty()).expect("memory is writable");
    }
    let size = good.len() as u64;
    builder.append(&header("good.json", tar::EntryType::Regular, size), good.as_bytes()).expect("memory is writable");
    let bytes = builder.into_inner().expect("memory is writable");
    let case = Folder::new("tape").with("e.tar", &bytes).load();
    assert_eq!(paths(&case), ["e.tar", "e.tar/device", "e.tar/good.json", "e.tar/hard", "e.tar/link", "e.tar/pipe"]);
    assert_eq!(source(&case, "e.tar/good.json").kept, 2);
    assert_eq!(losses(&case).len(), 4, "{:?}", losses(&case));

    let without_end = &bytes[..bytes.len() - 1024];
    for (name, size) in [("negative", [0xFF; 12]), ("huge", *b"\x80\0\0\0\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), ("text", *b"not a number")] {
        let mut evil = header("evil.json", tar::EntryType::Regular, 0);
        evil.as_old_mut().size = size;
        evil.set_cksum();
        let tape = [without_end, evil.as_bytes(), good.as_bytes()].concat();
        let case = Folder::new(&format!("tape-{name}")).with("e.tar", tape).load();
        let good = source(&case, "e.tar/good.json");
        assert_eq!(good.kept + good.duplicates, 2, "{name}");
        assert!(losses(&case).iter().any(|(path, ..)| *path == "e.tar"), "{name}: {:?}", losses(&case));
    }

    // A name of 6 MiB, which packs to nothing.
    let name = [header("././@LongLink", tar::EntryType::GNULongName, 6 << 20).as_bytes().as_slice(), &vec![b'a'; 6 << 20]].concat();
    let case = Folder::new("tape-name").with("e.tgz", pack::gzip(&name)).load();
    let [("e.tgz", SkipReason::UnreadableFile, words)] = losses(&case)[..] else { panic!("{:?}", losses(&case)) };
    assert!(words.contains("without end"), "{words}");
}
