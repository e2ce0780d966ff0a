//! How near a message is to each text of the FAQ: cosines, by dense vectors and an index from the columns of n-grams to rows.

use crate::features::Row;

/// Rows of unit length, ready to be compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearness {
    /// The encoder's part of each row, row after row, and how many numbers that is.
    dense: Vec<f32>,
    width: usize,
    /// Where each column of the n-grams ends in `cells`; one more in front.
    ends: Vec<u32>,
    /// Row and value, column after column.
    cells: Vec<(u32, f32)>,
    rows: usize,
}

impl Nearness {
    /// Indexes rows whose n-grams have `columns` columns.
    pub(crate) fn to(rows: &[Row], columns: usize) -> Nearness {
        let mut ends = vec![0u32; columns + 1];
        for &(column, _) in rows.iter().flat_map(|row| &row.sparse) {
            ends[column as usize + 1] += 1;
        }
        for column in 0..columns {
            ends[column + 1] += ends[column];
        }
        let mut next = ends.clone();
        let mut cells = vec![(0, 0.0); ends[columns] as usize];
        let mut dense = Vec::new();
        for (row, values) in rows.iter().enumerate() {
            dense.extend_from_slice(&values.dense);
            for &(column, value) in &values.sparse {
                let place = &mut next[column as usize];
                cells[*place as usize] = (row as u32, value);
                *place += 1;
            }
        }
        let width = rows.first().map_or(0, |row| row.dense.len());
        Nearness { dense, width, ends, cells, rows: rows.len() }
    }

    /// The cosine of a row of unit length to each of the rows, in their order.
    pub(crate) fn cosines(&self, row: &Row) -> Vec<f32> {
        let mut cosines = vec![0.0; self.rows];
        if self.width > 0 {
            for (cosine, other) in cosines.iter_mut().zip(self.dense.chunks_exact(self.width)) {
                *cosine = dot(&row.dense, other);
            }
        }
        for &(column, value) in &row.sparse {
            let (start, end) = (self.ends[column as usize], self.ends[column as usize + 1]);
            for &(row, other) in &self.cells[start as usize..end as usize] {
                cosines[row as usize] += value * other;
            }
        }
        cosines
    }
}

/// The inner product, in eight sums side by side so that it can be done several numbers at a time.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0f32; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for lane in 0..8 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}
