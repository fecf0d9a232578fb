//! What is shared: items with fields. The last record wins, field by field.

use std::collections::BTreeMap;

use azvault_model::Secret;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::id::ItemId;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ItemKind {
    /// A context.
    Context = 1,
    /// What a service principal signs in with.
    Credential = 2,
    /// A cloud that is not built in.
    Environment = 3,
}

/// One item, field by field. A value may be a secret, so all are held as secrets.
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// By name.
    pub fields: BTreeMap<String, Secret>,
}

/// All items.
#[derive(Default)]
pub struct State(BTreeMap<ItemId, Item>);

/// A change of one item.
pub enum Edit {
    /// Fields that are set, or taken away.
    Put {
        /// Which one; it comes to be if there is none.
        item: ItemId,
        /// What it is.
        kind: ItemKind,
        /// `None` takes a field away.
        fields: Vec<(String, Option<Secret>)>,
    },
    /// The item goes.
    Remove {
        /// Which one.
        item: ItemId,
    },
}

impl State {
    /// The item of a number.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.0.get(&id)
    }

    /// All items.
    pub fn items(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        self.0.iter().map(|(id, item)| (*id, item))
    }

    /// Adds an item whole, in the place of one of the same number.
    pub fn insert(&mut self, id: ItemId, item: Item) {
        self.0.insert(id, item);
    }

    /// Carries out changes, in their order.
    pub fn apply(&mut self, edits: Vec<Edit>) {
        for edit in edits {
            match edit {
                Edit::Put { item, kind, fields } => {
                    let item = self.0.entry(item);
                    let item = item.or_insert_with(|| Item { kind, fields: BTreeMap::new() });
                    for (name, value) in fields {
                        match value {
                            Some(value) => drop(item.fields.insert(name, value)),
                            None => drop(item.fields.remove(&name)),
                        }
                    }
                }
                Edit::Remove { item } => drop(self.0.remove(&item)),
            }
        }
    }

    /// What makes the items of `wanted` of what they are here. Items that it does not have stay.
    pub fn edits_to(&self, wanted: &Self) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (id, item) in wanted.items() {
            let fields = self.0.get(&id).map_or_else(
                || {
                    item.fields
                        .iter()
                        .map(|(name, value)| (name.clone(), Some(copied(value))))
                        .collect()
                },
                |own| own.changes_to(item),
            );
            if !fields.is_empty() {
                edits.push(Edit::Put { item: id, kind: item.kind, fields });
            }
        }
        edits
    }

    /// A second one of its own.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(self.0.iter().map(|(id, item)| (*id, item.copied())).collect())
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.u32(u32::try_from(self.0.len()).expect("a team shares far below 4 billion items"));
        for (id, item) in &self.0 {
            writer.raw(&id.0);
            writer.u8(item.kind as u8);
            let number = u32::try_from(item.fields.len()).expect("an item has few fields");
            writer.u32(number);
            for (name, value) in &item.fields {
                writer.text(name);
                writer.secret(value);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let items = reader.each(|reader| {
            let id = ItemId(reader.array()?);
            let kind = ItemKind::read(reader)?;
            let fields = reader.each(|reader| Ok((reader.text()?, reader.secret()?)))?;
            Ok((id, Item { kind, fields: fields.into_iter().collect() }))
        })?;
        Ok(Self(items.into_iter().collect()))
    }
}

impl Item {
    fn copied(&self) -> Self {
        let fields = self.fields.iter().map(|(name, value)| (name.clone(), copied(value)));
        Self { kind: self.kind, fields: fields.collect() }
    }

    fn changes_to(&self, wanted: &Self) -> Vec<(String, Option<Secret>)> {
        let set = wanted
            .fields
            .iter()
            .filter(|(name, value)| self.fields.get(*name).is_none_or(|own| !own.same_as(value)));
        let set = set.map(|(name, value)| (name.clone(), Some(copied(value))));
        let gone = self.fields.keys().filter(|name| !wanted.fields.contains_key(*name));
        set.chain(gone.map(|name| (name.clone(), None))).collect()
    }
}

impl ItemKind {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let number = reader.u8()?;
        [Self::Context, Self::Credential, Self::Environment]
            .into_iter()
            .find(|kind| *kind as u8 == number)
            .ok_or(Misshapen)
    }
}

impl Edit {
    /// Which item it is about.
    pub fn item(&self) -> ItemId {
        match self {
            Self::Put { item, .. } | Self::Remove { item } => *item,
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Put { item, kind, fields } => {
                writer.u8(1);
                writer.raw(&item.0);
                writer.u8(*kind as u8);
                writer.u32(u32::try_from(fields.len()).expect("an item has few fields"));
                for (name, value) in fields {
                    writer.text(name);
                    writer.u8(u8::from(value.is_some()));
                    if let Some(value) = value {
                        writer.secret(value);
                    }
                }
            }
            Self::Remove { item } => {
                writer.u8(2);
                writer.raw(&item.0);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        match reader.u8()? {
            1 => {
                let item = ItemId(reader.array()?);
                let kind = ItemKind::read(reader)?;
                let fields = reader.each(|reader| {
                    let name = reader.text()?;
                    let value = match reader.u8()? {
                        0 => None,
                        1 => Some(reader.secret()?),
                        _ => return Err(Misshapen),
                    };
                    Ok((name, value))
                })?;
                Ok(Self::Put { item, kind, fields })
            }
            2 => Ok(Self::Remove { item: ItemId(reader.array()?) }),
            _ => Err(Misshapen),
        }
    }
}

fn copied(value: &Secret) -> Secret {
    // EXPOSE: into a second one, which is wiped as this one is.
    Secret::copied_from(value.expose())
}
