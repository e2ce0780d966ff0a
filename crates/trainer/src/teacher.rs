//! The teacher: a sentence encoder of the BERT family (all-MiniLM-L6-v2; Reimers and Gurevych 2019, Wang et al. 2020), in candle.

use anyhow::Context;
use candle_core::{D, DType, Device, Tensor};
use std::{collections::HashMap, path::Path};
use tokenizers::Tokenizer;

/// Tokens of a text that are read.
const LONGEST: usize = 64;
/// Tokens in a batch, padding included.
const BATCH_TOKENS: usize = 4_096;
const HEADS: usize = 12;
const EPSILON: f64 = 1e-12;

/// A model and its tokenizer.
pub(crate) struct Teacher {
    weights: HashMap<String, Tensor>,
    tokenizer: Tokenizer,
    layers: usize,
}

impl Teacher {
    /// Reads `model.safetensors` and `tokenizer.json` of a folder.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Teacher> {
        let weights = candle_core::safetensors::load(folder.join("model.safetensors"), &Device::Cpu)
            .with_context(|| format!("cannot read the teacher in {}", folder.display()))?;
        let mut tokenizer =
            Tokenizer::from_file(folder.join("tokenizer.json")).map_err(|error| anyhow::anyhow!("{error}"))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| anyhow::anyhow!("{error}"))?;
        let layers =
            (0..).take_while(|layer| weights.contains_key(&format!("encoder.layer.{layer}.output.dense.bias"))).count();
        Ok(Teacher { weights, tokenizer, layers })
    }

    /// The unit vectors [texts, 384] of any number of texts, without gradients.
    pub(crate) fn embed_all(&self, texts: &[String]) -> anyhow::Result<Tensor> {
        let tokens = self.tokens(texts)?;
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&text| tokens[text].len());
        let mut vectors: Vec<Vec<f32>> = vec![Vec::new(); texts.len()];
        let mut start = 0;
        while start < order.len() {
            let mut end = start + 1;
            while end < order.len() && (end - start + 1) * tokens[order[end]].len() <= BATCH_TOKENS {
                end += 1;
            }
            let batch: Vec<&[u32]> = order[start..end].iter().map(|&text| tokens[text].as_slice()).collect();
            let rows = self.forward(&batch)?.detach().to_vec2::<f32>()?;
            for (&text, row) in order[start..end].iter().zip(rows) {
                vectors[text] = row;
            }
            start = end;
        }
        let width = vectors.first().map_or(0, Vec::len);
        Ok(Tensor::from_vec(vectors.concat(), (texts.len(), width), &Device::Cpu)?)
    }

    /// Texts as the teacher's tokens.
    pub(crate) fn tokens(&self, texts: &[String]) -> anyhow::Result<Vec<Vec<u32>>> {
        let encoded = self.tokenizer.encode_batch(texts.to_vec(), true).map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(encoded.iter().map(|text| text.get_ids().iter().copied().take(LONGEST).collect()).collect())
    }

    fn forward(&self, texts: &[&[u32]]) -> anyhow::Result<Tensor> {
        let (count, length) = (texts.len(), texts.iter().map(|text| text.len()).max().unwrap_or(0));
        let padded = |text: &&[u32], fill: u32| {
            let mut row = text.to_vec();
            row.resize(length, fill);
            row
        };
        let ids: Vec<u32> = texts.iter().flat_map(|text| padded(text, 0)).collect();
        let here: Vec<f32> =
            texts.iter().flat_map(|text| (0..length).map(|at| f32::from(u8::from(at < text.len())))).collect();
        let here = Tensor::from_vec(here, (count, length), &Device::Cpu)?;
        let ids = Tensor::from_vec(ids, count * length, &Device::Cpu)?;
        let words =
            self.weight("embeddings.word_embeddings.weight")?.index_select(&ids, 0)?.reshape((count, length, ()))?;
        let places = self.weight("embeddings.position_embeddings.weight")?.narrow(0, 0, length)?.unsqueeze(0)?;
        let kind = self.weight("embeddings.token_type_embeddings.weight")?.narrow(0, 0, 1)?.unsqueeze(0)?;
        let width = words.dim(2)?;
        let mut hidden = words.broadcast_add(&places)?.broadcast_add(&kind)?.reshape((count * length, width))?;
        hidden = self.normalised(&hidden, "embeddings.LayerNorm")?;
        let unseen = ((here.reshape((count, 1, 1, length))? - 1.0)? * 1e4)?;
        for layer in 0..self.layers {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            let split = |part: &str| -> anyhow::Result<Tensor> {
                let rows = self.linear(&hidden, &name(part))?;
                Ok(rows.reshape((count, length, HEADS, width / HEADS))?.transpose(1, 2)?.contiguous()?)
            };
            let (query, key, value) =
                (split("attention.self.query")?, split("attention.self.key")?, split("attention.self.value")?);
            let scores = (query.matmul(&key.t()?.contiguous()?)? / ((width / HEADS) as f64).sqrt())?;
            let scores = scores.broadcast_add(&unseen)?;
            let scores = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?.exp()?;
            let shares = scores.broadcast_div(&scores.sum_keepdim(D::Minus1)?)?;
            let seen = shares.matmul(&value)?.transpose(1, 2)?.contiguous()?.reshape((count * length, width))?;
            let seen = self.linear(&seen, &name("attention.output.dense"))?;
            hidden = self.normalised(&(hidden + seen)?, &name("attention.output.LayerNorm"))?;
            let inner = self.linear(&hidden, &name("intermediate.dense"))?.gelu_erf()?;
            let outer = self.linear(&inner, &name("output.dense"))?;
            hidden = self.normalised(&(hidden + outer)?, &name("output.LayerNorm"))?;
        }
        let rows = hidden.reshape((count, length, width))?.broadcast_mul(&here.unsqueeze(2)?)?.sum(1)?;
        unit(&rows)
    }

    fn linear(&self, rows: &Tensor, name: &str) -> anyhow::Result<Tensor> {
        let weight = self.weight(&format!("{name}.weight"))?;
        Ok(rows.matmul(&weight.t()?)?.broadcast_add(self.weight(&format!("{name}.bias"))?)?)
    }

    fn normalised(&self, rows: &Tensor, name: &str) -> anyhow::Result<Tensor> {
        let centred = rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?)?;
        let spread = (centred.sqr()?.mean_keepdim(D::Minus1)? + EPSILON)?.sqrt()?;
        let scaled = centred.broadcast_div(&spread)?.broadcast_mul(self.weight(&format!("{name}.weight"))?)?;
        Ok(scaled.broadcast_add(self.weight(&format!("{name}.bias"))?)?)
    }

    fn weight(&self, name: &str) -> anyhow::Result<&Tensor> {
        self.weights.get(name).with_context(|| format!("the teacher lacks {name}"))
    }
}

/// Rows at unit length.
pub(crate) fn unit(rows: &Tensor) -> anyhow::Result<Tensor> {
    let lengths = (rows.sqr()?.sum_keepdim(D::Minus1)? + 1e-12)?.sqrt()?;
    Ok(rows.broadcast_div(&lengths)?.to_dtype(DType::F32)?)
}
