//! What a transaction changes of the records, for the handle that keeps what it verified.

use zeroize::Zeroizing;

use crate::error::Problem;
use crate::format::head::Root;
use crate::format::record::Content;
use crate::sealer::BATCH;

/// Records that were written, and those that are not there any more.
pub(crate) struct Changed {
    root: Root,
    gone: Vec<i64>,
    /// `None` once it is so much that to verify it later costs less than to hold it twice.
    texts: Option<Vec<Record>>,
    size: usize,
}

/// A record on its way into the file; its revision is 1 if it is new.
pub(super) struct Record {
    pub(super) id: i64,
    pub(super) revision: i64,
    pub(super) text: Zeroizing<Vec<u8>>,
}

impl Default for Changed {
    fn default() -> Self {
        Self { root: Root::of(0), gone: Vec::new(), texts: Some(Vec::new()), size: 0 }
    }
}

impl Changed {
    /// A record as it was written.
    pub(super) fn put(&mut self, record: Record, sealed: &[u8]) -> Result<(), Problem> {
        self.root.add(record.id, record.revision, sealed)?;
        self.size += record.text.len();
        if self.size > BATCH {
            self.texts = None;
        }
        if let Some(texts) = &mut self.texts {
            texts.push(record);
        }
        Ok(())
    }

    /// A record that was deleted.
    pub(super) fn remove(&mut self, id: i64) {
        self.gone.push(id);
    }

    /// Each record once, in the order of the ids.
    pub(super) fn in_order(mut self) -> Self {
        self.gone.sort_unstable();
        self.root.sort(&self.gone);
        if let Some(texts) = &mut self.texts {
            texts.retain(|text| self.gone.binary_search(&text.id).is_err());
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.root.len() == 0 && self.gone.is_empty()
    }

    /// Makes the root that of the records as they are by now.
    pub(crate) fn advance(&mut self, root: &mut Root) {
        root.change(&mut self.root, &self.gone);
    }

    /// Whether it can [tell](Self::tell) what it changed.
    pub(crate) fn is_told(&self) -> bool {
        self.texts.is_some()
    }

    /// Makes the content what it is by now, as if it were read again.
    pub(crate) fn tell(self, content: &mut Content) -> Result<(), Problem> {
        content.remove(&self.gone);
        let mut texts = self.texts.into_iter().flatten();
        texts.try_for_each(|Record { id, revision, text }| content.put(id, revision, &text))
    }
}
