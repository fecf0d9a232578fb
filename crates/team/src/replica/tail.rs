//! The last records as they were, for a database that lost them: a standby that had not got all, an older backup.

use std::collections::VecDeque;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::id::{Head, RecordHash};
use crate::record::Record;

/// Records that are kept at most, and their bytes in all.
const MAX_RECORDS: usize = 128;
const MAX_BYTES: usize = 1024 * 1024;

#[derive(Default)]
pub(super) struct Tail(VecDeque<Record>);

impl Tail {
    pub(super) fn push(&mut self, record: &Record) {
        self.0.push_back(record.clone());
        let size = |all: &VecDeque<Record>| all.iter().map(|one| one.body.len()).sum::<usize>();
        while self.0.len() > MAX_RECORDS || size(&self.0) > MAX_BYTES {
            self.0.pop_front();
        }
    }

    pub(super) fn behind(
        &self,
        last: u64,
        at_last: Option<&Record>,
        head: Head,
    ) -> Option<Vec<Record>> {
        let lost: Vec<_> = self.0.iter().filter(|record| record.seq > last).cloned().collect();
        let (first, end) = (lost.first()?, lost.last()?);
        let there = at_last.map_or(RecordHash([0; 32]), Record::hash);
        let is_whole = first.seq == last + 1 && first.prev == there && end.head() == head;
        is_whole.then_some(lost)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.u32(u32::try_from(self.0.len()).expect("at most 128"));
        self.0.iter().for_each(|record| writer.bytes(&record.to_bytes()));
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let all = reader.each(|reader| Record::from_bytes(reader.bytes()?))?;
        Ok(Self(all.into()))
    }
}
