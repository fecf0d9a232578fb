//! Users and groups by their security identifiers ([MS-DTYP] 2.4.2), and those of this process.
#![allow(unsafe_code, reason = "a token is asked for")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::{
    GetTokenInformation, TOKEN_INFORMATION_CLASS, TOKEN_QUERY, TokenOwner, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::checked;

/// A security identifier as bytes: revision, number of parts, authority, parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Sid(Vec<u8>);

impl Sid {
    /// The system's own.
    pub(crate) fn system() -> Self {
        Self::of(5, &[18])
    }

    #[cfg(test)]
    pub(crate) fn administrators() -> Self {
        Self::of(5, &[32, 544])
    }

    pub(crate) fn everyone() -> Self {
        Self::of(1, &[0])
    }

    /// Stands in a list for the owner, and takes away what an owner may do by itself.
    pub(crate) fn owner_rights() -> Self {
        Self::of(3, &[4])
    }

    pub(crate) fn of(authority: u8, parts: &[u32]) -> Self {
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![1, count, 0, 0, 0, 0, 0, authority];
        bytes.extend(parts.iter().flat_map(|part| part.to_le_bytes()));
        Self(bytes)
    }

    /// The identifier that begins there.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let length = 8 + 4 * usize::from(*bytes.get(1)?);
        Some(Self(bytes.get(..length)?.to_vec()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn authority(&self) -> u8 {
        self.0.get(7).copied().unwrap_or_default()
    }

    fn parts(&self) -> Vec<u32> {
        let parts = self.0.get(8..).unwrap_or_default().as_chunks::<4>().0;
        parts.iter().map(|part| u32::from_le_bytes(*part)).collect()
    }

    /// The last part, by which an authority tells its users apart.
    pub(crate) fn relative(&self) -> u32 {
        self.parts().last().copied().unwrap_or_default()
    }

    /// Whether it stands for the system, or for those who administer it: nothing is kept from them.
    pub(crate) fn is_system(&self) -> bool {
        /// `NT SERVICE\TrustedInstaller`, whose files are the system's.
        const INSTALLER: [u32; 6] =
            [80, 956_008_885, 3_418_522_649, 1_831_038_044, 1_853_292_631, 2_271_478_464];
        let parts = self.parts();
        self.authority() == 5 && [&[18][..], &[32, 544], &INSTALLER].contains(&&parts[..])
    }

    /// Whether it stands for all users, or for all who have come in some way.
    pub(crate) fn is_everyone(&self) -> bool {
        let parts = self.parts();
        match self.authority() {
            1 => true,
            // Network, interactive, anonymous, authenticated users; Users and Guests.
            5 => matches!(parts[..], [2 | 4 | 7 | 11] | [32, 545 | 546]),
            // All programs of the Store.
            15 => parts.first() == Some(&2),
            _ => false,
        }
    }

    /// Whether it stands for the owner of what it is written on, or for one login.
    pub(crate) fn is_owner_or_login(&self) -> bool {
        let parts = self.parts();
        match self.authority() {
            3 => matches!(parts[..], [0 | 4]),
            5 => matches!(parts[..], [5, _, _]),
            _ => false,
        }
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        let parts: String = self.parts().iter().map(|part| format!("-{part}")).collect();
        format!("S-1-{}{parts}", self.authority())
    }
}

/// The user of this process.
pub(crate) fn own() -> &'static Sid {
    static OWN: OnceLock<Sid> = OnceLock::new();
    OWN.get_or_init(|| of_own_token(TokenUser).unwrap_or_else(|_| Sid::of(0, &[0])))
}

/// Who owns what this process makes: its user, or the administrators where it is elevated.
pub(crate) fn own_as_owner() -> &'static Sid {
    static OWNER: OnceLock<Sid> = OnceLock::new();
    OWNER.get_or_init(|| of_own_token(TokenOwner).unwrap_or_else(|_| own().clone()))
}

fn of_own_token(class: TOKEN_INFORMATION_CLASS) -> io::Result<Sid> {
    // SAFETY: the pseudo handle of this process needs no closing.
    of_process(unsafe { GetCurrentProcess() }, class)
}

/// The user of another process.
pub(crate) fn of_process_handle(process: &impl AsRawHandle) -> io::Result<Sid> {
    of_process(process.as_raw_handle(), TokenUser)
}

fn of_process(process: HANDLE, class: TOKEN_INFORMATION_CLASS) -> io::Result<Sid> {
    let mut token = std::ptr::null_mut();
    // SAFETY: the token is written to a variable of this function, and owned from then on.
    let token = unsafe {
        checked(OpenProcessToken(process, TOKEN_QUERY, &mut token))?;
        OwnedHandle::from_raw_handle(token)
    };
    // Both classes begin with a pointer to an identifier that lies in the same memory.
    let mut room = [0_u64; 32];
    let size = u32::try_from(size_of_val(&room)).unwrap_or_default();
    let mut used = 0;
    // SAFETY: the call writes at most `size` bytes to `room`.
    unsafe {
        let to = room.as_mut_ptr().cast();
        checked(GetTokenInformation(token.as_raw_handle(), class, to, size, &mut used))?;
    }
    let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let begins = usize::try_from(room[0]).unwrap_or_default();
    let at = begins.checked_sub(room.as_ptr().addr()).and_then(|at| bytes.get(at..));
    at.and_then(Sid::read).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::{Sid, own, own_as_owner};

    #[test]
    fn an_identifier_says_for_whom_it_stands() {
        assert!(Sid::system().is_system() && Sid::administrators().is_system());
        assert!(!Sid::everyone().is_system() && Sid::everyone().is_everyone());
        for (sid, everyone) in [
            (Sid::of(5, &[32, 545]), true),
            (Sid::of(5, &[11]), true),
            (Sid::of(5, &[32, 551]), false),
            (Sid::of(5, &[21, 1, 2, 3, 1001]), false),
        ] {
            assert_eq!(sid.is_everyone(), everyone, "{}", sid.text());
        }
        assert_eq!(Sid::of(5, &[21, 1, 2, 3, 1001]).text(), "S-1-5-21-1-2-3-1001");
        assert_eq!(Sid::of(5, &[21, 1, 2, 3, 1001]).relative(), 1001);
        assert!(Sid::read(&[1, 9, 0]).is_none());
    }

    #[test]
    fn this_process_is_of_a_user() {
        assert!(own().text().starts_with("S-1-5-"), "{}", own().text());
        let owner = own_as_owner();
        assert!(owner.text().starts_with("S-1-5-"), "{}", owner.text());
    }
}
