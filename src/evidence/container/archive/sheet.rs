//! An Office workbook → the first sheet with data, as the CSV that Excel would write, but with dates as ISO text.

use std::io::{self, Read, Seek};

use calamine::{Cell, DataRef, ExcelDateTime, Reader, Xlsx, XlsxCellReader, XlsxError};
use zip::ZipReadOptions;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::{Guard, Halt, Outlet, Seekable};
use crate::provenance::SkipReason;

/// Columns of a sheet (Excel specifications and limits: XFD).
const COLUMNS: u32 = 16_384;

/// CSV text that is made at a time.
const TEXT: usize = 64 * 1024;

pub(super) fn unpack(mut input: Box<dyn Seekable + '_>, outlet: &mut Outlet<'_>) -> Result<(), Halt> {
    check_sizes(&mut *input, outlet.guard)?;
    let damaged = |error: &dyn std::fmt::Display| Halt::Lost((SkipReason::UnreadableFile, format!("the workbook is damaged: {error}")));
    let mut book = Xlsx::new(input).map_err(|error: XlsxError| damaged(&error))?;
    let mut filled = Vec::new();
    for name in book.sheet_names() {
        // Charts and macros are sheets too, without cells.
        if let Ok(mut cells) = book.worksheet_cells_reader(&name)
            && first_filled(&mut cells).map_err(|error| damaged(&error))?
        {
            filled.push(name);
        }
    }
    let Some((first, others)) = filled.split_first() else {
        return Err(Halt::Lost((SkipReason::EmptyFile, "no sheet of the workbook holds data".to_owned())));
    };
    let notes = match others {
        [] => Vec::new(),
        others => vec![format!("only the first sheet with data is read ({first}); not read: {}", others.join(", "))],
    };
    let cells = book.worksheet_cells_reader(first).map_err(|error| damaged(&error))?;
    let n_packed = outlet.guard.n_packed();
    outlet.member(first.clone(), notes, n_packed, &mut Table::new(cells))
}

fn first_filled<RS: Read + Seek>(cells: &mut XlsxCellReader<'_, RS>) -> Result<bool, XlsxError> {
    while let Some(cell) = cells.next_cell()? {
        if *cell.get_value() != DataRef::Empty {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Unpacks the parts once, to nowhere: what is read afterwards holds its texts in memory, however many they are.
fn check_sizes(input: &mut dyn Seekable, guard: &Guard<'_>) -> Result<(), Halt> {
    let limits = guard.limits();
    let mut archive = ZipIterable::try_new(input, Config::default()).map_err(|error| Halt::damaged(&error))?;
    if archive.len() as u64 > limits.members {
        return Err(Halt::Lost((SkipReason::LimitReached, format!("the workbook has more than {} parts (setting archive.members)", limits.members))));
    }
    let files = archive.files().map_err(|error| Halt::damaged(&error))?;
    let mut n_left = limits.workbook_bytes;
    while let Some(entry) = files.next() {
        let entry = entry.map_err(|error| Halt::damaged(&error))?;
        let is_sheet = entry.name_raw().starts_with(b"xl/worksheets/");
        let by_ratio = limits.ratio.saturating_mul(entry.compressed_size().min(guard.n_packed())).max(limits.always_bytes);
        let limit = if is_sheet { by_ratio } else { by_ratio.min(n_left) };
        let part = entry.with_reader(files.reader_mut(), ZipReadOptions::default()).map_err(|error| Halt::damaged(&error))?;
        let n_bytes = io::copy(&mut part.take(limit.saturating_add(1)), &mut io::sink())?;
        if n_bytes > limit {
            let why =
                format!("the workbook unpacks to too much (settings archive.ratio and archive.workbook_bytes): a part has more than {limit} bytes");
            return Err(Halt::Lost((SkipReason::LimitReached, why)));
        }
        n_left = if is_sheet { n_left } else { n_left - n_bytes };
    }
    Ok(())
}

/// The rows of a sheet as CSV text.
struct Table<'a, RS: Read + Seek> {
    cells: XlsxCellReader<'a, RS>,
    /// The first cell of the row that comes next.
    ahead: Option<Cell<DataRef<'a>>>,
    /// Cells of the first row: the others have at least as many.
    width: usize,
    text: io::Cursor<Vec<u8>>,
    /// Why there are no more rows, if not because the sheet ends.
    error: Option<io::Error>,
    ended: bool,
}

impl<'a, RS: Read + Seek> Table<'a, RS> {
    fn new(cells: XlsxCellReader<'a, RS>) -> Self {
        Self { cells, ahead: None, width: 0, text: io::Cursor::default(), error: None, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut text = csv::WriterBuilder::new().flexible(true).from_writer(Vec::with_capacity(TEXT));
        let mut n_bytes = 0;
        while n_bytes < TEXT && !self.ended {
            let row = self.row();
            if !row.is_empty() {
                n_bytes += row.iter().map(String::len).sum::<usize>() + row.len();
                text.write_record(row)?;
            }
        }
        self.text = io::Cursor::new(text.into_inner().map_err(|error| io::Error::other(error.to_string()))?);
        Ok(())
    }

    /// The next cell; after an error, which is kept for the end, none.
    fn cell(&mut self) -> Option<Cell<DataRef<'a>>> {
        let cell = match self.ahead.take() {
            Some(cell) => Ok(Some(cell)),
            None => self.cells.next_cell().map_err(io::Error::other),
        };
        let cell = cell.unwrap_or_else(|error| {
            self.error = Some(error);
            None
        });
        let cell = cell.filter(|cell| {
            let (_, column) = cell.get_position();
            let exists = column < COLUMNS;
            if !exists {
                self.error = Some(io::Error::other("a cell beyond the last column"));
            }
            exists
        });
        self.ended = cell.is_none();
        cell
    }

    /// The next row; empty rows have no cells.
    fn row(&mut self) -> Vec<String> {
        let mut row = Vec::new();
        let mut at = None;
        while let Some(cell) = self.cell() {
            let (line, column) = cell.get_position();
            if at.is_some_and(|at| at != line) {
                self.ahead = Some(cell);
                break;
            }
            at = Some(line);
            let column = column as usize;
            if *cell.get_value() == DataRef::Empty {
                continue;
            }
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(column) {
                *place = text(cell.get_value());
            }
        }
        if self.width == 0 {
            self.width = row.len();
        }
        if !row.is_empty() && row.len() < self.width {
            row.resize(self.width, String::new());
        }
        row
    }
}

impl<RS: Read + Seek> Read for Table<'_, RS> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut n_read = self.text.read(buffer)?;
        if n_read == 0 && !self.ended && !buffer.is_empty() {
            self.fill()?;
            n_read = self.text.read(buffer)?;
        }
        if n_read == 0
            && let Some(error) = self.error.take()
        {
            return Err(error);
        }
        Ok(n_read)
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(flag) => if *flag { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(at) => time(*at),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn time(at: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    match at.as_f64() {
        days if at.is_duration() => days.to_string(),
        // Below the first day of the calendar: a time of day without a date.
        days if days < 1.0 => clock,
        _ => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}
