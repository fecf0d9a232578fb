//! Members that are kept as they were written.

use azvault_model::Kept;
use zeroize::Zeroizing;

use super::Node;

/// [`keep`], each value under the pointer that leads to it from the root.
pub fn keep_by_place(nodes: &[Node<'_>]) -> Kept {
    keep(&nodes.iter().map(|node| (node.place(), node)).collect::<Vec<_>>())
}

/// Builds the object of [`Kept`] in memory of its final size. Of two values under one name the second
/// gets a name of its own, so that both are kept.
pub fn keep(members: &[(&str, &Node<'_>)]) -> Kept {
    if members.is_empty() {
        return Kept::default();
    }
    // A key is one more pair of quotes, a colon, a comma and a number; escapes take at most six bytes.
    let of_one = |(key, node): &(&str, &Node<'_>)| key.len() * 6 + node.raw.len() + 32;
    let size = members.iter().map(of_one).sum::<usize>();
    let mut text = Zeroizing::new(String::with_capacity(size + 2));
    let mut seen = std::collections::HashMap::new();
    text.push('{');
    for (i, (key, node)) in members.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        let times = seen.entry(*key).and_modify(|times| *times += 1).or_insert(1_usize);
        match times {
            1 => push_json_string(&mut text, key),
            _ => push_json_string(&mut text, &format!("{key} ({times})")),
        }
        text.push(':');
        text.push_str(node.raw);
    }
    text.push('}');
    Kept::new(text)
}

fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
