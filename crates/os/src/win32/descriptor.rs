//! Security descriptors as bytes ([MS-DTYP] 2.4.6, self-relative): who may do what with a thing.

use super::users::{self, Sid};

/// `SE_DACL_PRESENT`, `SE_DACL_PROTECTED` (nothing is inherited), `SE_SELF_RELATIVE`.
const CONTROL: u16 = 0x0004 | 0x1000 | 0x8000;
const DACL_PRESENT: u16 = 0x0004;

/// `OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE`, and `INHERIT_ONLY_ACE`.
const INHERITED_WITHIN: u8 = 0x01 | 0x02;
const ONLY_WITHIN: u8 = 0x08;

const HEADER: usize = 20;

/// `PROCESS_ALL_ACCESS`.
pub(crate) const ALL_OF_PROCESS: u32 = 0x001F_FFFF;

/// `FILE_ALL_ACCESS`, and what reading and writing are of a file.
pub(crate) const ALL: u32 = 0x001F_01FF;
pub(crate) const READ: u32 = 0x0012_0089;
pub(crate) const WRITE: u32 = 0x0012_0116;

/// Rights by which content is read, written or had written, and run or passed through.
const READS: u32 = 0x0000_0001 | 0x8000_0000 | 0x1000_0000;
const WRITES: u32 = 0x0000_0002
    | 0x0000_0004
    | 0x0000_0040
    | 0x0001_0000
    | 0x0004_0000
    | 0x0008_0000
    | 0x4000_0000
    | 0x1000_0000;
const USES: u32 = 0x0000_0020 | 0x2000_0000 | 0x1000_0000;

/// Whether what is within a folder has the same rights.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    Same,
    Nothing,
}

/// A descriptor, in memory that is aligned as the system wants it.
pub(crate) struct Descriptor(Vec<u64>);

impl Descriptor {
    /// This user owns it, and may do all; so may the system. Nobody else may do anything but what is listed.
    pub(crate) fn private(within: Within, others: &[(Sid, u32)]) -> Self {
        let own = [(users::own().clone(), ALL), (Sid::system(), ALL)];
        let mut rights = own.to_vec();
        rights.extend_from_slice(others);
        Self::new(users::own(), within, &rights)
    }

    pub(crate) fn new(owner: &Sid, within: Within, rights: &[(Sid, u32)]) -> Self {
        let flags = if within == Within::Same { INHERITED_WITHIN } else { 0 };
        let mut entries = Vec::new();
        for (sid, mask) in rights {
            let size = u16::try_from(8 + sid.bytes().len()).unwrap_or(u16::MAX);
            entries.extend([0, flags]);
            entries.extend(size.to_le_bytes());
            entries.extend(mask.to_le_bytes());
            entries.extend(sid.bytes());
        }
        let list_size = u16::try_from(8 + entries.len()).unwrap_or(u16::MAX);
        let count = u16::try_from(rights.len()).unwrap_or(u16::MAX);
        let owner_at = HEADER + usize::from(list_size);
        let mut bytes = vec![1, 0];
        bytes.extend(CONTROL.to_le_bytes());
        for at in [owner_at, 0, 0, HEADER] {
            bytes.extend(u32::try_from(at).unwrap_or_default().to_le_bytes());
        }
        bytes.extend([2, 0]);
        bytes.extend(list_size.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries);
        bytes.extend(owner.bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        Self(bytes.as_chunks::<8>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect())
    }

    pub(crate) fn as_ptr(&self) -> *const u64 {
        self.0.as_ptr()
    }
}

/// What a descriptor says, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) owner: Option<Sid>,
    /// Read, write and use (4, 2, 1) of some others, and of everyone.
    pub(crate) some: u32,
    pub(crate) everyone: u32,
}

impl Rights {
    /// Of which nothing is known: everything is possible.
    pub(crate) const UNKNOWN: Self = Self { owner: None, some: 7, everyone: 7 };

    /// A form that is not understood counts as one that lets everyone in. What is denied is not taken away
    /// again: it can be undone by who wrote it, and no product relies on it.
    pub(crate) fn read(descriptor: &[u8]) -> Self {
        Self::parsed(descriptor).unwrap_or(Self::UNKNOWN)
    }

    fn parsed(descriptor: &[u8]) -> Option<Self> {
        let offset = |at: usize| usize::try_from(u32_at(descriptor, at)?).ok();
        let owner_at = offset(4)?;
        let owner = match owner_at {
            0 => None,
            at => Some(Sid::read(descriptor.get(at..)?)?),
        };
        let mut rights = Self { owner, some: 0, everyone: 0 };
        let list_at = offset(16)?;
        if u16_at(descriptor, 2)? & DACL_PRESENT == 0 || list_at == 0 {
            return Some(Self { some: 7, everyone: 7, ..rights });
        }
        let list = descriptor.get(list_at..)?;
        let mut entry = list.get(8..)?;
        for _ in 0..u16_at(list, 4)? {
            let size = usize::from(u16_at(entry, 2)?);
            rights.allow(entry.get(..size)?)?;
            entry = entry.get(size.max(4)..)?;
        }
        Some(rights)
    }

    fn allow(&mut self, entry: &[u8]) -> Option<()> {
        // `ACCESS_ALLOWED_ACE_TYPE`, and the same with a condition; for parts of objects, which files have not.
        let sid = match entry.first()? {
            0 | 9 => Sid::read(entry.get(8..)?)?,
            4 | 5 | 11 => Sid::everyone(),
            _ => return Some(()),
        };
        let is_owner = self.owner.as_ref() == Some(&sid) || sid.is_owner_or_login();
        let is_own = &sid == users::own() || is_owner;
        if entry.get(1)? & ONLY_WITHIN != 0 || is_own || sid.is_system() {
            return Some(());
        }
        let mask = u32_at(entry, 4)?;
        let bit = |rights: u32, bit: u32| if mask & rights == 0 { 0 } else { bit };
        let bits = bit(READS, 4) | bit(WRITES, 2) | bit(USES, 1);
        if sid.is_everyone() {
            self.everyone |= bits;
        } else {
            self.some |= bits;
        }
        Some(())
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{ALL, Descriptor, READ, Rights, WRITE, Within};
    use crate::win32::users::{Sid, own};

    fn bytes(descriptor: &Descriptor) -> Vec<u8> {
        descriptor.0.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let stranger = Sid::of(5, &[21, 9, 9, 9, 1002]);
        for (others, some, everyone) in [
            (&[][..], 0, 0),
            (&[(Sid::everyone(), READ)], 0, 4),
            (&[(stranger.clone(), READ)], 4, 0),
            (&[(stranger.clone(), WRITE)], 2, 0),
            (&[(Sid::of(5, &[32, 545]), ALL)], 0, 7),
            (&[(Sid::administrators(), ALL)], 0, 0),
        ] {
            for within in [Within::Same, Within::Nothing] {
                let descriptor = Descriptor::private(within, others);
                let rights = Rights { owner: Some(own().clone()), some, everyone };
                assert_eq!(Rights::read(&bytes(&descriptor)), rights);
            }
        }
    }

    #[test]
    fn a_form_that_is_not_understood_lets_everyone_in() {
        let whole = bytes(&Descriptor::private(Within::Nothing, &[]));
        assert_eq!(Rights::read(&[]), Rights::UNKNOWN);
        assert_eq!(Rights::read(&whole[..40]), Rights::UNKNOWN);
        let mut without = whole;
        without[16..20].fill(0);
        let rights = Rights::read(&without);
        assert_eq!((rights.some, rights.everyone), (7, 7), "a list that is absent denies nothing");
    }
}
