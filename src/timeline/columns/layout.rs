//! Where the columns of a timeline are, so that its lines fit.

use super::super::rows::Row;
use super::super::{Columns, TimelineStep};
use super::legend::Legend;
use crate::text_width::{one_line, padded, width};

/// Where columns of instrumented code are wider together, each begins a little to the right of the one before, and
/// its cells go on above the next: there are lines of code to show.
const MAX_COLUMNS: usize = 56;

/// Longer places are not aligned with what follows them.
const MAX_PLACE: usize = 28;

/// Narrower cells say nothing, and neither do narrower names of threads.
const MIN_CELL: usize = 12;
const MIN_NAME: usize = MIN_CELL / 2;

/// Where the columns are.
pub(super) struct Layout {
    /// The width of the numbers of steps.
    pub(super) number: usize,
    /// One for each thread.
    columns: Vec<Column>,
    /// Whether there is too little room for columns beside each other, so that each cell names its thread.
    pub(super) is_list: bool,
    /// The width of them all.
    pub(super) cells: usize,
    pub(super) places: usize,
}

/// The column of a thread.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// The name of the thread, as it is shown.
    pub(super) name: String,
    pub(super) begin: usize,
    /// How wide its cells may be.
    pub(super) room: usize,
}

/// What the columns have to hold: for each thread, the width of its name, and that of its widest cell.
struct Contents {
    names: Vec<usize>,
    cells: Vec<usize>,
}

impl Layout {
    /// That of `rows`, in lines of this width.
    pub(super) fn of(columns: &Columns, rows: &[Row], line: usize, legend: &mut Legend) -> Self {
        let steps = rows.iter().filter_map(|row| row.step(&columns.steps));
        let steps: Vec<&TimelineStep> = steps.collect();
        let count = columns.steps.len().to_string().len();
        let has_ranges = rows.iter().any(|row| matches!(row, Row::Alone(..)));
        let number = if has_ranges { 2 * count + 1 } else { count };
        let number = number.max("step".len());
        let places = steps.iter().map(|step| width(&step.place().0));
        let longest = places.clone().max().unwrap_or(0);
        let room = line.saturating_sub(number + 8 + longest.min(line / 3));
        let has_code = columns.steps.iter().any(|step| step.code.is_some());
        let contents = Contents::of(columns, &steps);
        let side_by_side = if has_code {
            room.min(MAX_COLUMNS)
        } else {
            room
        };
        let arranged = contents
            .side_by_side(side_by_side, usize::MAX)
            .or_else(|| contents.overlapping(room, usize::MAX))
            .or_else(|| contents.side_by_side(side_by_side, MIN_CELL))
            .or_else(|| contents.overlapping(room, MIN_CELL));
        let is_list = arranged.is_none();
        let arranged = arranged.unwrap_or_else(|| contents.list(room));
        let named = columns
            .threads
            .iter()
            .zip(arranged)
            .map(|(name, (column, most))| Column {
                name: legend.shortened(name, most),
                ..column
            });
        let mut layout = Layout {
            number,
            columns: named.collect(),
            is_list,
            cells: 0,
            places: places.filter(|it| *it <= MAX_PLACE).max().unwrap_or(0),
        };
        let ends = layout
            .columns
            .iter()
            .zip(&contents.cells)
            .map(|(column, &cell)| {
                let cell = if is_list {
                    width(&column.name) + 2 + cell
                } else {
                    cell
                };
                column.begin + cell.min(column.room)
            });
        layout.cells = ends.max().unwrap_or(0);
        layout
    }

    /// The names of the threads above their columns.
    pub(super) fn header(&self) -> Vec<String> {
        if self.is_list {
            return vec!["thread: marker".to_owned()];
        }
        let next = self.columns.iter().skip(1).map(|it| it.begin);
        let ends = next.map(Some).chain([None]);
        let names = self.columns.iter().zip(ends);
        names
            .map(|(column, end)| padded(&column.name, end.map_or(0, |end| end - column.begin)))
            .collect()
    }

    pub(super) fn column(&self, thread: usize) -> Column {
        self.columns.get(thread).cloned().unwrap_or_default()
    }

    pub(super) fn before_place(&self) -> usize {
        self.number + 6 + self.cells + 2
    }
}

impl Contents {
    fn of(columns: &Columns, steps: &[&TimelineStep]) -> Self {
        let names = columns.threads.iter().map(|name| width(&one_line(name)));
        let mut cells = vec![0; columns.threads.len()];
        for step in steps {
            if let Some(cell) = cells.get_mut(columns.thread(step)) {
                *cell = width(&step.cell()).max(*cell);
            }
        }
        Contents {
            names: names.collect(),
            cells,
        }
    }

    /// Columns beside each other, each as wide as what is in it or as the widest may be, which is at least this;
    /// with the most that its name may take.
    fn side_by_side(&self, room: usize, least: usize) -> Option<Vec<(Column, usize)>> {
        let widths = self
            .names
            .iter()
            .zip(&self.cells)
            .map(|(&name, &cell)| name.max(cell));
        let widths: Vec<usize> = widths.collect();
        let most = most(&widths, room, least)?;
        let mut begin = 0;
        let column = |&width: &usize| {
            let room = width.min(most);
            let column = Column {
                begin,
                room,
                ..Column::default()
            };
            begin += room + 2;
            (column, room)
        };
        Some(widths.iter().map(column).collect())
    }

    /// Columns of which each begins to the right of the name before, and goes on above the next. Of the last, at
    /// least this much can be seen, and half as much of the names before.
    fn overlapping(&self, room: usize, least: usize) -> Option<Vec<(Column, usize)>> {
        let widest = self.cells.iter().copied().max().unwrap_or(0);
        let (own, others) = self.names.split_last()?;
        let wanted = widest.max(*own);
        let end = wanted.min(least);
        let most = most(others, room.checked_sub(end + 2)?, least / 2)?;
        let mut begin = 0;
        let all = others.iter().map(|name| name.min(&most)).chain([&end]);
        let columns = all.map(|&name| {
            let column = Column {
                begin,
                room: room - begin,
                ..Column::default()
            };
            begin += name + 2;
            (column, name)
        });
        Some(columns.collect())
    }

    /// One column for all.
    fn list(&self, room: usize) -> Vec<(Column, usize)> {
        let column = Column {
            room: room.max(MIN_CELL),
            ..Column::default()
        };
        vec![(column, (room / 2).max(MIN_NAME)); self.names.len()]
    }
}

/// The most that each of several things may be wide, so that they fit into this room with two spaces between them.
/// `None` if that is less than `least`, and one of them is wider.
fn most(widths: &[usize], room: usize, least: usize) -> Option<usize> {
    let fits = |most: &usize| {
        let widths = widths.iter().map(|it| it.min(most) + 2);
        widths.sum::<usize>() <= room + 2
    };
    let widest = widths.iter().copied().max().unwrap_or(0);
    (least.min(widest)..=widest.min(room)).rev().find(fits)
}
