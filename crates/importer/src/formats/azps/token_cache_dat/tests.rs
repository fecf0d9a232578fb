use super::read_into;
use crate::{Format, Found, Outcome, Product};

fn found(bytes: &[u8]) -> Found {
    let mut found = Found::new(Format::AdalCacheV3, Product::AzurePowerShell);
    read_into(bytes, &mut found);
    found
}

#[test]
fn damage_is_named_by_its_place() {
    for (bytes, wanted) in [
        (&[3, 0, 0, 0, 0, 0, 0, 0][..], ""),
        (&[3, 0, 0, 0, 0, 0, 0, 0, 1], "byte 8"),
        (&[9, 0, 0, 0, 0, 0, 0, 0], "byte 4"),
        (&[3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "byte 8"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07], "byte 13"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], "byte 13"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0], "byte 13"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 2, b'{', b'}'], "item 0"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 1, b'k', 1, b'{'], "item 0 line 1 column 1"),
        (&[3, 0, 0, 0, 1, 0, 0, 0, 1, b'k', 2, b'{', b'}'], ""),
        (&[3, 0, 0, 0, 2, 0, 0, 0, 1, b'k', 2, b'{', b'}'], "byte 13"),
        (&[3, 0], "byte 0"),
    ] {
        let found = found(bytes);
        let place = found.notes.first().map_or("", |note| note.place.as_str());
        assert_eq!(place, wanted, "{bytes:?}");
        assert_eq!(found.unread, usize::from(!wanted.is_empty()), "{bytes:?}");
        assert_eq!(found.outcome == Outcome::Accept, wanted.is_empty(), "{bytes:?}");
    }
}

fn item(number: usize) -> Vec<u8> {
    let key = format!("https://login.example/t/:::https://r/{number}:::c:::0");
    let json = format!("{{\"RefreshToken\":\"rt{number}\"}}");
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    [&[length(&key)], key.as_bytes(), &[length(&json)], json.as_bytes()].concat()
}

fn cache(count: u8, items: &[Vec<u8>]) -> Vec<u8> {
    [vec![3, 0, 0, 0, count, 0, 0, 0], items.concat()].concat()
}

/// (name, cache, tokens that are still told).
#[test]
fn damage_costs_what_cannot_be_told_any_more_and_nothing_else() {
    let items: Vec<_> = (0..4).map(item).collect();
    let with = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut items = items.clone();
        change(&mut items[at]);
        cache(4, &items)
    };
    let cut = |length: usize| cache(4, &items)[..length].to_vec();
    let whole = cache(4, &items).len();
    for (name, bytes, wanted) in [
        ("whole", cache(4, &items), "0123"),
        ("a length too long", with(1, &|item| item[0] = 0x7f), "023"),
        ("a length too short", with(1, &|item| item[0] = 3), "023"),
        ("a length beyond the end", with(1, &|item| item[0] = 0xff), "023"),
        ("no JSON", with(1, &|item| *item.last_mut().unwrap() = b'x'), "023"),
        ("no UTF-8", with(1, &|item| item[3] = 0xff), "023"),
        ("the end is missing", cut(whole - 1), "012"),
        ("the last item is missing", cut(whole - items[3].len()), "012"),
        ("fewer in the count", cache(2, &items), "0123"),
        ("more in the count", cache(9, &items), "0123"),
        ("zeros behind", [cache(4, &items), vec![0; 9]].concat(), "0123"),
    ] {
        let found = found(&bytes);
        let held = found.profile.secrets.iter();
        // EXPOSE: made-up values of this test.
        let told: String = held.map(|held| char::from(held.value.expose()[2])).collect();
        assert_eq!(told, wanted, "{name}");
        assert_eq!(found.unread > 0, name != "whole", "{name}: {:?}", found.notes);
    }
}
