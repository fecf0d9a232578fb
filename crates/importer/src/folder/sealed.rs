//! Reading files once more of which there are copies: nothing is opened but what they are copies of.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::{Reach, Source, Sources, certificates, clouds};
use crate::Reading;

/// A copy of a file, and where the file lay.
pub struct Copy {
    /// Where it lay.
    pub path: PathBuf,
    /// Other paths that led to it.
    pub also: Vec<PathBuf>,
    /// What was in it.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Reads copies as [`read_within`](super::read_within) read the files, in the same order, with what
/// only several of them together say.
pub fn read_copies(copies: Vec<Copy>, reach: &Reach, time_zone: &TimeZone) -> Vec<Source> {
    let mut unheard = |_: &std::path::Path| {};
    let mut sources = Sources::new(reach, time_zone, &mut unheard);
    for Copy { path, also, bytes } in copies {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let found = crate::read(&bytes, &Reading { file_name: name, time_zone });
        let at = sources.list.len();
        for path in also.into_iter().chain([path.clone()]) {
            sources.paths.insert(path, Some(at));
        }
        let mut source = Source::new(path, None, found);
        source.bytes = Some(bytes);
        sources.list.push(source);
    }
    clouds::name_clouds(&mut sources.list);
    certificates::read_certificates(&mut sources);
    clouds::choose_defaults(&mut sources.list);
    sources.list
}
