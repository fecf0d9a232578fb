//! What is in the box of a record.

use azvault_vault::BoxKey;
use zeroize::Zeroizing;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::id::DeviceId;
use crate::members::{Member, Members};
use crate::record::{Kind, Record};
use crate::state::{Edit, State};

const VERSION: u8 = 1;

/// Bodies are a multiple of this long, and longer ones a multiple of an eighth of their power of two.
const STEP: usize = 256;

/// What a record says, and when, as the clock of its device had it.
pub(crate) struct Body {
    /// Unix seconds.
    pub(crate) time: i64,
    /// What it says.
    pub(crate) said: Said,
}

/// What a record says. Those of [`Kind::Keys`] have no box.
pub(crate) enum Said {
    /// The team begins.
    Create {
        /// Its name.
        name: String,
        /// Its first admin.
        first: Member,
    },
    /// A device becomes a member.
    Admit(Member),
    /// A device is no member any more.
    Remove(DeviceId),
    /// What is shared changes.
    Change(Vec<Edit>),
    /// All there is.
    Snapshot(Whole),
}

/// Members and state.
pub(crate) struct Whole {
    /// Of the team.
    pub(crate) name: String,
    /// As they were before this record.
    pub(crate) members: Members,
    /// As it was.
    pub(crate) state: State,
}

impl Whole {
    pub(crate) fn write(name: &str, members: &Members, state: &State, writer: &mut Writer) {
        writer.text(name);
        members.write(writer);
        state.write(writer);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let name = reader.text()?;
        let members = Members::read(reader)?;
        Ok(Self { name, members, state: State::read(reader)? })
    }
}

/// Begins a body, to be finished by [`seal`].
pub(crate) fn begun(time: i64) -> Writer {
    let mut writer = Writer::default();
    writer.u8(VERSION);
    writer.i64(time);
    writer
}

pub(crate) fn write_edits(edits: &[Edit], writer: &mut Writer) {
    writer.u32(u32::try_from(edits.len()).expect("a change is far below 4 billion edits"));
    edits.iter().for_each(|edit| edit.write(writer));
}

/// Seals a body for its place in the log.
pub(crate) fn seal(key: &BoxKey, record: &Record, body: Writer) -> Vec<u8> {
    let body = body.into_bytes();
    let size = padded(body.len());
    let mut text = Zeroizing::new(Vec::with_capacity(size));
    text.extend_from_slice(&body);
    text.resize(size, 0);
    key.seal(&record.clear(), &text)
}

/// Opens the body of a record.
pub(crate) fn open(key: &BoxKey, record: &Record, kind: Kind) -> Result<Body, NotABody> {
    let text = key.open(&record.clear(), &record.body).map_err(|_| NotABody::Closed)?;
    read(&text, kind).map_err(|Misshapen| NotABody::Misshapen)
}

/// Why there is no body.
pub(crate) enum NotABody {
    Closed,
    Misshapen,
}

fn read(text: &[u8], kind: Kind) -> Result<Body, Misshapen> {
    let mut reader = Reader::new(text);
    if reader.u8()? != VERSION {
        return Err(Misshapen);
    }
    let time = reader.i64()?;
    let said = match kind {
        Kind::Create => Said::Create { name: reader.text()?, first: Member::read(&mut reader)? },
        Kind::Admit => Said::Admit(Member::read(&mut reader)?),
        Kind::Remove => Said::Remove(DeviceId(reader.array()?)),
        Kind::Change => Said::Change(reader.each(Edit::read)?),
        Kind::Snapshot => Said::Snapshot(Whole::read(&mut reader)?),
        Kind::Keys => return Err(Misshapen),
    };
    reader.padded_end()?;
    Ok(Body { time, said })
}

/// Steps of 256 bytes, then of an eighth: 12 % at most, and nothing shows the size itself.
pub(crate) fn padded(length: usize) -> usize {
    let power = 1 << length.max(1).ilog2();
    length.max(1).next_multiple_of(STEP.max(power / 8))
}
