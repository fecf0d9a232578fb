use super::{Dialect, Document, Node, Unread, document, keep, keep_by_place};

#[test]
fn strings_are_unescaped_to_the_letter() {
    for (json, text) in [
        (r#""plain""#, Some("plain")),
        (r#""a\"b\\c\/d\n""#, Some("a\"b\\c/d\n")),
        (r#""\u00e6\ud83d\ude00""#, Some("æ😀")),
        (r#""\ud83d""#, None),
        (r#""\ud83d\u0041""#, None),
        (r#""\ude00""#, None),
    ] {
        // serde_json itself refuses some lone surrogates: both ways are a refusal.
        let read = document(json).and_then(|node| node.text());
        assert_eq!(read.ok().as_ref().map(|t| t.as_str()), text, "{json}");
    }
}

/// As the real Newtonsoft.Json 13 reads each into a string (JsonTextReader.ReadAsString).
#[test]
fn what_is_no_text_is_read_as_newtonsoft_reads_it() {
    for (json, text) in [
        ("123", Some("123")),
        ("1.50", Some("1.50")),
        ("1e3", Some("1e3")),
        ("-0", Some("-0")),
        ("12345678901234567890123", Some("12345678901234567890123")),
        ("true", Some("true")),
        ("false", Some("false")),
        ("NaN", Some("NaN")),
        ("-Infinity", Some("-Infinity")),
        ("Infinity", Some("Infinity")),
        ("[1]", None),
        ("{\"a\":1}", None),
        ("null", None),
    ] {
        let document = Document::of(json, Dialect::Newtonsoft).unwrap();
        let read = document.root().text().ok();
        assert_eq!(read.as_ref().map(|t| t.as_str()), text, "{json}");
    }
}

/// (text, what Newtonsoft makes of it as JSON, whether Python reads it).
#[test]
fn departures_are_read_where_no_value_becomes_doubtful() {
    for (text, wanted, python) in [
        ("{Id:\"x\"}", Some(r#"{"Id":"x"}"#), false),
        ("{'Id':'x'}", Some(r#"{"Id":"x"}"#), false),
        ("{'Id':'a\"b'}", Some(r#"{"Id":"a\"b"}"#), false),
        (r#"{"Id":"a\'b"}"#, Some(r#"{"Id":"a'b"}"#), false),
        ("{\"Id\":\"x\",}", Some(r#"{"Id":"x"}"#), false),
        ("[1,2,]", Some("[1,2]"), false),
        ("{\"Id\":/*c*/\"x\"}", Some(r#"{"Id":"x"}"#), false),
        ("{//c\n\"Id\":\"x\"}//end", Some(r#"{"Id":"x"}"#), false),
        ("{\"Id\":\"a\nb\tc\"}", Some(r#"{"Id":"a\u000ab\u0009c"}"#), false),
        ("{\"Id\":NaN}", Some(r#"{"Id":"NaN"}"#), true),
        ("{\"Id\":undefined}", Some(r#"{"Id":null}"#), false),
        ("{$id:1}", Some(r#"{"$id":1}"#), false),
        ("{\"Id\":010}", None, false),
        ("{\"Id\":0x1F}", None, false),
        ("{\"Id\":.5}", None, false),
        ("{\"Id\":+5}", None, false),
        ("{,\"Id\":1}", None, false),
        ("{\"Id\":1,,\"a\":2}", None, false),
        ("[,1]", None, false),
        ("{Id-x:1}", None, false),
        (r#"{"Id":"a\qb"}"#, None, false),
        ("{\"Id\":TRUE}", None, false),
        ("{\"Id\":1} trailing", None, false),
        ("{\"Id\":1}{\"Id\":2}", None, false),
        ("{\"Id\":1", None, false),
        ("{/*", None, false),
        ("'", None, false),
    ] {
        let read = Document::of(text, Dialect::Newtonsoft);
        let seen = read.as_ref().ok().map(|document| document.root().raw());
        assert_eq!(seen, wanted, "{text}");
        match &read {
            Ok(document) => assert!(document.departures[0].place.starts_with("line "), "{text}"),
            Err(error) => assert!(error.place.starts_with("line "), "{text}: {}", error.place),
        }
        assert_eq!(Document::of(text, Dialect::Python).is_ok(), python, "{text}");
    }
}

#[test]
fn of_a_member_that_stands_twice_the_last_counts_and_no_secret_is_lost() {
    let root = document(r#"{"Id":"a","s":"one","id":"b","S":"two","n":"x","N":null}"#).unwrap();
    let unread = Unread::default();
    let mut object = root.fields(&unread).unwrap();
    assert_eq!(object.text("ID").as_deref(), Some("b"));
    let secrets = object.secrets("s");
    let secrets: Vec<_> = secrets.iter().map(|s| (s.text.as_str(), s.place.as_str())).collect();
    assert_eq!(secrets, [("two", "/S"), ("one", "/s")]);
    assert_eq!(object.text("n"), None, "null stands last");
    let parted = unread.into_parts();
    let lost: Vec<_> = parted.nodes.iter().map(|(node, _)| (node.place(), node.raw())).collect();
    assert_eq!(lost, [("/Id", "\"a\""), ("/n", "\"x\"")]);
    assert_eq!(parted.remarks.len(), 1);
}

#[test]
fn another_type_costs_the_member_alone() {
    let root = document(r#"{"a/b":{"t":[1]},"n":"x","t":5,"o":true,"b":"yes"}"#).unwrap();
    let unread = Unread::default();
    let mut object = root.fields(&unread).unwrap();
    assert_eq!(object.object("a/b").unwrap().text("t"), None);
    assert_eq!(object.integer("n"), None);
    assert_eq!(object.text("t").as_deref(), Some("5"));
    assert!(object.object("o").is_none());
    assert_eq!(object.truth("b"), None);
    let places: Vec<String> =
        unread.into_parts().nodes.iter().map(|(node, _)| node.place().to_owned()).collect();
    assert_eq!(places, ["/a~1b/t", "/n", "/o", "/b"]);
}

#[test]
fn parts_are_walked_as_they_stand() {
    let text = "[ {\"a\":\"},]\\\"\"} ,\n[1, 2],\"x\",true , -1.5e3,{},[] ]";
    let items: Vec<_> = document(text).unwrap().items().unwrap().map(|i| i.raw()).collect();
    assert_eq!(items, ["{\"a\":\"},]\\\"\"}", "[1, 2]", "\"x\"", "true", "-1.5e3", "{}", "[]"]);
    let text = "{ \"a\" : 1 ,\"b\\u0063\":{\"x\":[ ]} , \"\": null }";
    let members: Vec<_> = document(text).unwrap().members().unwrap().collect();
    let members: Vec<_> = members.iter().map(|(n, v)| (n.as_str(), v.raw(), v.place())).collect();
    assert_eq!(members, [("a", "1", "/a"), ("bc", "{\"x\":[ ]}", "/bc"), ("", "null", "/")]);
    for (text, nothing) in
        [("{ }", true), ("[]", true), ("\"\"", true), ("null", true), ("0", false)]
    {
        assert_eq!(document(text).unwrap().says_nothing(), nothing, "{text}");
    }
}

#[test]
fn depth_is_refused_before_it_costs_anything() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(document(&deep).err().unwrap().what, "nested more than 128 levels deep");
    let deep = "['a',".repeat(10_000);
    let error = Document::of(&deep, Dialect::Newtonsoft).err().unwrap();
    assert_eq!(error.what, "nested more than 128 levels deep");
    let brackets_in_text = format!("\"{}\"", "[".repeat(10_000));
    assert!(document(&brackets_in_text).is_ok());
}

#[test]
fn what_nobody_knows_is_kept_under_its_pointer() {
    let root = document(r#"{"known":1,"KNOWN2":2,"gone":null,"a/b":{"c": 3},"a/b":4}"#).unwrap();
    let unread = Unread::default();
    let mut root = root.fields(&unread).unwrap();
    root.pass(&["Known", "known2"]);
    let rest: Vec<Node<'_>> =
        root.remaining().map(|(_, node)| node).filter(|node| !node.is_null()).collect();
    assert_eq!(keep_by_place(&rest).as_json(), r#"{"/a~1b":{"c": 3},"/a~1b (2)":4}"#);
}

#[test]
fn kept_members_are_one_object_as_written() {
    let root = document(r#"{"new":{"a": 1.50},"q\"":"\u00e6"}"#).unwrap();
    let members: Vec<_> = root.members().unwrap().collect();
    let members: Vec<_> = members.iter().map(|(k, n)| (k.as_str(), n)).collect();
    assert_eq!(keep(&members).as_json(), r#"{"new":{"a": 1.50},"q\"":"\u00e6"}"#);
    assert!(keep(&[]).is_empty());
}
