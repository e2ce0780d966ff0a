//! Rows of numbers that are mostly zero, and what candle's tensors need of them: how alike each row is to each.
//!
//! The product is a custom operation: its sums run in one fixed order, so that results are equal to the last bit natively
//! and in Wasm, and the Wasm holds none of candle's matrix multiplication, which alone would double its size.

use crate::nearness::Nearness;
use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Storage, Tensor};

/// Entries worked on at once, which bounds the memory of a large FAQ's product.
const BLOCK: usize = 64;

/// Rows of columns and values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Where each row ends in `cells`.
    ends: Vec<usize>,
    /// Column and value, row after row.
    cells: Vec<(u32, f32)>,
}

impl Rows {
    /// Adds a row.
    pub(crate) fn push(&mut self, row: &[(u32, f32)]) {
        self.cells.extend_from_slice(row);
        self.ends.push(self.cells.len());
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[(u32, f32)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.cells[start..end])
    }
}

/// `rows x rows transposed x weights`: from a tensor [rows, entries] to one of the same shape.
pub(crate) struct Gram<'a> {
    rows: &'a Rows,
    columns: usize,
    /// The cosine of each row to each, if they are cheaper to keep than to work out at each product.
    cosines: Option<Vec<Vec<f32>>>,
}

impl<'a> Gram<'a> {
    /// Of rows with `columns` numbers each, which `nearness` indexes.
    pub(crate) fn of(rows: &'a Rows, columns: usize, nearness: &Nearness) -> Gram<'a> {
        let few = rows.len() * rows.len() <= 2 * rows.cells.len();
        Gram { rows, columns, cosines: few.then(|| rows.iter().map(|row| nearness.cosines(row)).collect()) }
    }

    /// By way of the weights of columns, block after block of entries.
    fn through_columns(&self, weights: &[f32], entries: usize, products: &mut [f32]) {
        for start in (0..entries).step_by(BLOCK) {
            let width = BLOCK.min(entries - start);
            let mut of_columns = vec![0f32; self.columns * width];
            for (row, weights) in self.rows.iter().zip(weights.chunks_exact(entries)) {
                for &(column, value) in row {
                    add(value, &weights[start..], &mut of_columns[column as usize * width..][..width]);
                }
            }
            for (row, product) in self.rows.iter().zip(products.chunks_exact_mut(entries)) {
                for &(column, value) in row {
                    add(value, &of_columns[column as usize * width..], &mut product[start..start + width]);
                }
            }
        }
    }
}

impl CustomOp1 for Gram<'_> {
    fn name(&self) -> &'static str {
        "gram"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (weights, rows, entries) = matrix(storage, layout)?;
        let mut products = vec![0f32; weights.len()];
        if let Some(cosines) = &self.cosines {
            for (cosines, product) in cosines.iter().zip(products.chunks_exact_mut(entries)) {
                for (&cosine, weights) in cosines.iter().zip(weights.chunks_exact(entries)) {
                    add(cosine, weights, product);
                }
            }
        } else {
            self.through_columns(weights, entries, &mut products);
        }
        Ok((CpuStorage::F32(products), (rows, entries).into()))
    }
}

/// Adds `factor x values` to `sums`.
pub(crate) fn add(factor: f32, values: &[f32], sums: &mut [f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// The numbers of a contiguous matrix, how many rows it has, and how many to a row (at least 1).
pub(crate) fn matrix<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<(&'a [f32], usize, usize)> {
    match (storage, layout.contiguous_offsets(), layout.dims()) {
        (CpuStorage::F32(values), Some((start, end)), &[rows, columns]) if columns > 0 => {
            Ok((&values[start..end], rows, columns))
        }
        _ => Err(Error::Msg("the head works on contiguous f32 matrices only".to_owned())),
    }
}

/// The numbers of a contiguous matrix of a tensor's own, row after row. Candle's own ways to them come in every type of
/// number and copy what is not contiguous: code that the widget would have to carry.
pub(crate) fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => matrix(storage, layout).map(|(values, ..)| values.to_vec()),
        _ => Err(Error::Msg("the head works on the CPU only".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn both_ways_to_the_product_agree() {
        let mut rows = Rows::default();
        rows.push(&[(0, 0.6), (2, 0.8)]);
        rows.push(&[(1, 1.0)]);
        rows.push(&[(0, 0.8), (1, 0.6)]);
        let kept = Gram::of(&rows, 3, &Nearness::to(&rows, 3));
        assert!(kept.cosines.is_some());
        let worked_out = Gram { rows: &rows, columns: 3, cosines: None };
        let weights: Vec<f32> = (0..3 * 70).map(|place| place as f32 / 10.0 - 7.0).collect();
        let weights = Tensor::from_vec(weights, (3, 70), &Device::Cpu).expect("a tensor");
        let products = [kept, worked_out].map(|gram| {
            let product = weights.apply_op1_no_bwd(&gram).expect("a product");
            numbers(&product).expect("its numbers")
        });
        assert!(products[0].iter().zip(&products[1]).all(|(one, other)| (one - other).abs() < 1e-4), "{products:?}");
        assert!((products[0][0] - (-7.0 + 0.48 * 7.0)).abs() < 1e-4, "{}", products[0][0]);
    }
}
