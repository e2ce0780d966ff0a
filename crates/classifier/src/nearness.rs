//! How near a message is to each text of the FAQ: cosines, by dense vectors and an index from the columns of n-grams to rows.

use crate::{arithmetic::dot, features::Row};

/// A row's cosine to each of the rows, in their order.
pub(crate) struct Cosines {
    /// By whole vectors.
    pub(crate) whole: Vec<f32>,
    /// By what sets them apart from the average.
    pub(crate) apart: Vec<f32>,
}

/// Rows of unit length, ready to be compared with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearness {
    /// The encoder's vector of each row, row after row, whole and apart from the average.
    whole: Vec<f32>,
    apart: Vec<f32>,
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
        let (mut whole, mut apart) = (Vec::new(), Vec::new());
        for (row, values) in rows.iter().enumerate() {
            whole.extend_from_slice(&values.whole);
            apart.extend_from_slice(&values.apart);
            for &(column, value) in &values.sparse {
                let place = &mut next[column as usize];
                cells[*place as usize] = (row as u32, value);
                *place += 1;
            }
        }
        Nearness { whole, apart, ends, cells, rows: rows.len() }
    }

    /// The cosines of a row of unit length.
    pub(crate) fn cosines(&self, row: &Row) -> Cosines {
        let mut whole = vec![0.0; self.rows];
        for &(column, value) in &row.sparse {
            let (start, end) = (self.ends[column as usize], self.ends[column as usize + 1]);
            for &(row, other) in &self.cells[start as usize..end as usize] {
                whole[row as usize] += value * other;
            }
        }
        let mut apart = whole.clone();
        for (cosines, one, others) in [(&mut whole, &row.whole, &self.whole), (&mut apart, &row.apart, &self.apart)] {
            for (cosine, other) in cosines.iter_mut().zip(others.chunks_exact(one.len().max(1))) {
                *cosine += dot(one, other);
            }
        }
        Cosines { whole, apart }
    }
}
