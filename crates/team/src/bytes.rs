//! Bytes in a row: what is written in an order is read in that order, and to the end.

use azvault_model::Secret;
use zeroize::Zeroizing;

/// Writes into memory that is wiped. Text and bytes have their length (u32) before them; numbers are big-endian.
#[derive(Default)]
pub(crate) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub(crate) fn u8(&mut self, number: u8) {
        self.raw(&[number]);
    }

    pub(crate) fn u32(&mut self, number: u32) {
        self.raw(&number.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.raw(&number.to_be_bytes());
    }

    pub(crate) fn i64(&mut self, number: i64) {
        self.raw(&number.to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.u32(u32::try_from(bytes.len()).expect("what is shared is far below 4 GiB"));
        self.raw(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn secret(&mut self, secret: &Secret) {
        // EXPOSE: it goes into the plaintext of a box.
        self.bytes(secret.expose());
    }

    /// Bytes whose number is known.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    /// What grows is copied: the old memory is wiped, as the allocator would leave it.
    fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let size = (self.0.len() + more).max(2 * self.0.capacity()).max(256);
            let mut larger = Zeroizing::new(Vec::with_capacity(size));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }
}

/// What was read is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misshapen;

pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn raw(&mut self, number: usize) -> Result<&'a [u8], Misshapen> {
        let (first, rest) = self.0.split_at_checked(number).ok_or(Misshapen)?;
        self.0 = rest;
        Ok(first)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Misshapen> {
        self.raw(N)?.try_into().map_err(|_| Misshapen)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Misshapen> {
        self.array::<1>().map(|[number]| number)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Misshapen> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Misshapen> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Misshapen> {
        self.array().map(i64::from_be_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Misshapen> {
        let length = self.u32()?;
        self.raw(usize::try_from(length).map_err(|_| Misshapen)?)
    }

    pub(crate) fn text(&mut self) -> Result<String, Misshapen> {
        std::str::from_utf8(self.bytes()?).map(str::to_owned).map_err(|_| Misshapen)
    }

    pub(crate) fn secret(&mut self) -> Result<Secret, Misshapen> {
        self.bytes().map(Secret::copied_from)
    }

    /// As many as were written, each read by `one`. What a number promises is not reserved before it is there.
    pub(crate) fn each<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, Misshapen>,
    ) -> Result<Vec<T>, Misshapen> {
        let number = self.u32()?;
        let mut all = Vec::new();
        for _ in 0..number {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// Nothing is left but zeros, which pad.
    pub(crate) fn padded_end(&self) -> Result<(), Misshapen> {
        if self.0.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(Misshapen) }
    }

    pub(crate) fn end(&self) -> Result<(), Misshapen> {
        if self.0.is_empty() { Ok(()) } else { Err(Misshapen) }
    }
}
