//! How near a message is to each text of the FAQ: cosines, by way of an index from columns to rows.

use crate::sparse::Rows;

/// Rows of unit length by column.
#[derive(Clone, Debug)]
pub(crate) struct Nearness {
    /// Where each column ends in `cells`; one more in front.
    ends: Vec<u32>,
    /// Row and value, column after column.
    cells: Vec<(u32, f32)>,
    rows: usize,
}

impl Nearness {
    /// Indexes rows of `columns` numbers.
    pub(crate) fn to(rows: &Rows, columns: usize) -> Nearness {
        let mut ends = vec![0u32; columns + 1];
        for &(column, _) in rows.iter().flatten() {
            ends[column as usize + 1] += 1;
        }
        for column in 0..columns {
            ends[column + 1] += ends[column];
        }
        let mut next = ends.clone();
        let mut cells = vec![(0, 0.0); ends[columns] as usize];
        for (row, values) in rows.iter().enumerate() {
            for &(column, value) in values {
                let place = &mut next[column as usize];
                cells[*place as usize] = (row as u32, value);
                *place += 1;
            }
        }
        Nearness { ends, cells, rows: rows.len() }
    }

    /// The cosine of a row of unit length to each of the rows, in their order.
    pub(crate) fn cosines(&self, row: &[(u32, f32)]) -> Vec<f32> {
        let mut cosines = vec![0.0; self.rows];
        for &(column, value) in row {
            let (start, end) = (self.ends[column as usize], self.ends[column as usize + 1]);
            for &(row, other) in &self.cells[start as usize..end as usize] {
                cosines[row as usize] += value * other;
            }
        }
        cosines
    }
}
