//! Product quantisation (Jégou, Douze, Schmid 2011): each span of a vector becomes one of 256, found by k-means.

use crate::random::Random;

/// The spans in a code book.
const BOOK: usize = 256;
const ROUNDS: usize = 15;

/// Code books, one a span: 256 times `width` numbers; and for each row the code of each span.
pub(crate) struct Quantised {
    pub(crate) books: Vec<Vec<f32>>,
    pub(crate) codes: Vec<Vec<u8>>,
}

/// Quantises `rows` into spans of `width`; `weights` tell how much each row's error counts.
pub(crate) fn quantise(rows: &[Vec<f32>], weights: &[f32], width: usize, random: &mut Random) -> Quantised {
    let spans = rows.first().map_or(0, |row| row.len() / width);
    let mut codes = vec![vec![0u8; spans]; rows.len()];
    let mut books = Vec::new();
    for span in 0..spans {
        let points: Vec<&[f32]> = rows.iter().map(|row| &row[span * width..(span + 1) * width]).collect();
        let (book, found) = cluster(&points, weights, width, random);
        for (codes, code) in codes.iter_mut().zip(found) {
            codes[span] = code;
        }
        books.push(book);
    }
    Quantised { books, codes }
}

fn cluster(points: &[&[f32]], weights: &[f32], width: usize, random: &mut Random) -> (Vec<f32>, Vec<u8>) {
    let mut book: Vec<f32> = (0..BOOK).flat_map(|_| points[random.below(points.len())].to_vec()).collect();
    let mut codes = vec![0u8; points.len()];
    for _ in 0..ROUNDS {
        for (point, code) in points.iter().zip(&mut codes) {
            *code = nearest(point, &book, width);
        }
        let mut sums = vec![0f32; BOOK * width];
        let mut totals = vec![0f32; BOOK];
        for ((point, &code), &weight) in points.iter().zip(&codes).zip(weights) {
            totals[usize::from(code)] += weight;
            for (sum, value) in sums[usize::from(code) * width..].iter_mut().zip(*point) {
                *sum += weight * value;
            }
        }
        for (place, &total) in totals.iter().enumerate() {
            for (value, sum) in book[place * width..(place + 1) * width].iter_mut().zip(&sums[place * width..]) {
                if total > 0.0 {
                    *value = sum / total;
                }
            }
            if total == 0.0 {
                let point = points[random.below(points.len())];
                book[place * width..(place + 1) * width].copy_from_slice(point);
            }
        }
    }
    for (point, code) in points.iter().zip(&mut codes) {
        *code = nearest(point, &book, width);
    }
    (book, codes)
}

fn nearest(point: &[f32], book: &[f32], width: usize) -> u8 {
    let mut best = (f32::INFINITY, 0);
    for (place, span) in book.chunks_exact(width).enumerate() {
        let error: f32 = point.iter().zip(span).map(|(one, other)| (one - other) * (one - other)).sum();
        if error < best.0 {
            best = (error, place);
        }
    }
    best.1 as u8
}
