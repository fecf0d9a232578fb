//! One secret in every clothing that files have been seen to put around one.

use std::io::Write;

use azvault_witness::look;
use data_encoding::{BASE64, BASE64_MIME, BASE64URL_NOPAD, HEXLOWER};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{places, sees};

const SECRET: &str = "abc8Q~uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4Bx";
const PASSWORD: &str = "correct-horse";

#[test]
fn a_value_is_found_by_its_name_in_every_syntax() {
    for (text, file_name) in [
        ("{\"client_secret\":\"correct-horse\"}", "a.json"),
        ("{'clientSecret': 'correct-horse'}", "a.json"),
        ("{clientSecret: \"correct-horse\"}", "a.json"),
        ("{\"a\":{\"PASSWORD\" : \"correct-horse\",},}", "a.json"),
        ("{\"refresh_token\":{\"v\":\"correct-horse\"}}", "a.json"),
        ("{\"tokens\":[\"correct-horse\"]}", "a.json"),
        ("[{\"name\":\"ARM_CLIENT_SECRET\",\"value\":\"correct-horse\"}]", "a.json"),
        ("{\"a\":\"{\\\"password\\\":\\\"correct-horse\\\"}\"}", "a.json"),
        ("{\"keyStoreValue\":\"\\\"correct-horse\\\"\"}", "a.json"),
        ("[default]\nclient_id=a\nsecret=correct-horse\n", "credentials"),
        ("secret = correct-horse", "a.conf"),
        ("  password: correct-horse\n", "a.yaml"),
        ("- name: x\n  client-secret: \"correct-horse\"\n", "a.yml"),
        ("export ARM_CLIENT_SECRET=correct-horse", ".bashrc"),
        ("ARM_CLIENT_SECRET='correct-horse'; az login", ".bash_history"),
        ("set AZURE_CLIENT_SECRET=correct-horse", "a.cmd"),
        ("$env:AZURE_CLIENT_SECRET = 'correct-horse'", "a.ps1"),
        ("az login --service-principal -u a -p correct-horse --tenant b", ".bash_history"),
        ("az login --service-principal --password correct-horse", ".bash_history"),
        (": 1700000000:0;az login --service-principal -u a -p correct-horse", ".zsh_history"),
        ("- cmd: az login -u a --password 'correct-horse'\n  when: 1\n", "fish_history"),
        ("ConvertTo-SecureString 'correct-horse' -AsPlainText -Force", "ConsoleHost_history.txt"),
        ("$s = ConvertTo-SecureString -String \"correct-horse\" -AsPlainText", "a.ps1"),
        ("Connect-X -Password correct-horse", "a.ps1"),
        ("curl -d 'client_id=a&client_secret=correct-horse&b=c' https://x", ".bash_history"),
        ("<a><add key=\"ClearTextPassword\" value=\"correct-horse\" /></a>", "NuGet.Config"),
        ("<server><password>correct-horse</password></server>", "settings.xml"),
        ("<Obj><S N=\"Password\">correct-horse</S></Obj>", "a.xml"),
        (
            "<plist><dict><key>password</key><string>correct-horse</string></dict></plist>",
            "a.plist",
        ),
        ("<a><!-- password=\"correct-horse\" --></a>", "a.xml"),
        ("user,password,host\nada,correct-horse,h\n", "a.csv"),
        ("name;client secret\nada;\"correct-horse\"\n", "a.csv"),
        ("client=a\nkey=b\nsecret=correct-horse\n", "azure.properties"),
        (
            "subscription=0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c\nkey=correct-horse\n",
            "azure.properties",
        ),
        ("AZURE_SUBSCRIPTION_IDENTIFIER=0f2ab1c3\nSECRET=correct-horse\n", ".env"),
        ("provider \"azurerm\" {\n  client_secret = \"correct-horse\"\n}\n", "main.tf"),
        ("\"secret\":\"correct-horse\",\"home_account_id\":\"a\"},\"b\":{}}", "beheaded.json"),
        ("{\"a\":{\"secret\":\"correct-horse\",\"b\":\"cut of", "cut.json"),
        ("old app: client_secret=correct-horse", "notes"),
        ("connection: tenant=a;secret=correct-horse;b=c", "notes"),
        ("{\"a\": nonsense here, \"secret\": \"correct-horse\"", "torn.json"),
        ("<a><password><![CDATA[correct-horse]]></password></a>", "a.xml"),
        ("<a><!-- <password>correct-horse</password> --></a>", "a.xml"),
        ("<a note=\"a>b\" password=\"correct-horse\"/>", "a.xml"),
        ("name,password,note\n\"of two\nlines\",correct-horse,x\n", "a.csv"),
        ("name|password\nada|correct-horse\n", "a.txt"),
        ("client_secret: |\n  correct-horse\nname: x\n", "a.yaml"),
        ("client_secret: >-\n  correct-horse\nname: x\n", "a.yml"),
        ("secrets:\n  - other-horse\n  - correct-horse\nname: x\n", "a.yaml"),
        ("env:\n- name: ARM_CLIENT_SECRET\n  value: correct-horse\n", "a.yaml"),
        ("env:\n- value: correct-horse\n  name: ARM_CLIENT_SECRET\n", "a.yaml"),
        ("client_secret = \"\"\"\ncorrect-horse\"\"\"\n", "a.toml"),
        ("client_secret = '''correct-horse'''\n", "a.toml"),
        ("{\"client_secret_old\":\"correct-horse\"}", "a.json"),
        ("{\"clientSecretOld\":\"correct-horse\"}", "a.json"),
        ("{\"secret (prod)\":\"correct-horse\"}", "a.json"),
        ("{\"servicePrincipalKey\":\"correct-horse\"}", "a.json"),
        ("{\"dbPass\":\"correct-horse\"}", "a.json"),
        ("login_pw=correct-horse", ".env"),
        ("junk before {\"secret\":\"correct-horse\"} junk after", "a.log"),
    ] {
        assert!(sees(text.as_bytes(), file_name, PASSWORD), "{text}");
    }
}

#[test]
fn a_value_is_found_by_its_shape_through_every_layer() {
    let json = format!("{{\"a\":{{\"unknown\":\"{SECRET}\"}}}}");
    let inside = |text: &str| format!("{{\"CacheData\":\"{text}\"}}");
    let base64 = BASE64.encode(json.as_bytes());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(json.as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory");
    let wide = |bom: &[u8], unit: fn(u16) -> [u8; 2], text: &str| {
        [bom.to_vec(), text.encode_utf16().flat_map(unit).collect()].concat()
    };
    let mime = BASE64_MIME.encode(json.repeat(3).as_bytes());
    for (what, bytes) in [
        ("as it is", json.clone().into_bytes()),
        ("mark", [b"\xef\xbb\xbf", json.as_bytes()].concat()),
        ("zeros behind", [json.as_bytes(), &[0; 40]].concat()),
        ("base64", inside(&base64).into_bytes()),
        ("base64 without padding", inside(base64.trim_end_matches('=')).into_bytes()),
        ("base64url", inside(&BASE64URL_NOPAD.encode(json.as_bytes())).into_bytes()),
        ("base64 with a break", inside(&base64.replacen("e", "e\\r\\n", 1)).into_bytes()),
        (
            "base64 with a space",
            inside(&format!("{} {}", &base64[..10], &base64[10..])).into_bytes(),
        ),
        ("base64 cut off", inside(&base64[..base64.len() - 3]).into_bytes()),
        ("base64 twice", inside(&BASE64.encode(inside(&base64).as_bytes())).into_bytes()),
        ("wrapped base64", format!("data: |\n{mime}\n").into_bytes()),
        ("hex", inside(&HEXLOWER.encode(json.as_bytes())).into_bytes()),
        ("hex with colons", inside(&spelled(&json, "", ":")).into_bytes()),
        ("hex with spaces", inside(&spelled(&json, "", " ")).into_bytes()),
        ("hex with prefixes", inside(&spelled(&json, "0x", ", ")).into_bytes()),
        ("hex behind a prefix", inside(&format!("0x{}", HEXLOWER.encode(json.as_bytes()))).into()),
        ("hex, a line of it", spelled(&json, "", " ").into_bytes()),
        ("base64 in narrow lines", inside(&narrow(&base64)).into_bytes()),
        ("in a URL", inside(&spelled(&json, "%", "")).into_bytes()),
        ("UTF-32, mark", [b"\xff\xfe\0\0".to_vec(), wider(u32::to_le_bytes, &json)].concat()),
        ("UTF-32, no mark", wider(u32::to_le_bytes, &json)),
        ("UTF-32, other order, no mark", wider(u32::to_be_bytes, &json)),
        (
            "beside others in a database",
            [b"\0\x02client_secret", SECRET.as_bytes(), b"\0\x01"].concat(),
        ),
        ("UTF-16, mark", wide(b"\xff\xfe", u16::to_le_bytes, &json)),
        ("UTF-16, other order", wide(b"\xfe\xff", u16::to_be_bytes, &json)),
        ("UTF-16, no mark", wide(b"", u16::to_le_bytes, &json)),
        ("UTF-16, other order, no mark", wide(b"", u16::to_be_bytes, &json)),
        ("gzip", packed.clone()),
        ("gzip cut off", packed[..packed.len() - 4].to_vec()),
        ("gzip in base64", inside(&BASE64.encode(&packed)).into_bytes()),
        (
            "bytes around",
            [&[3, 0, 0, 0, 1, 0, 0, 0, 200, 1], json.as_bytes(), &[0, 1, 2, 255]].concat(),
        ),
        (
            "UTF-16 in bytes",
            [&[9, 1, 0xfe][..], &wide(b"", u16::to_le_bytes, SECRET), &[1, 2, 3]].concat(),
        ),
        ("one bad byte", [json.as_bytes(), b" \xf8 and latin 1"].concat()),
        ("a member's name", format!("{{\"{SECRET}\":1}}").into_bytes()),
        ("a log", format!("12:00 INFO got {SECRET}, done").into_bytes()),
    ] {
        assert!(sees(&bytes, "file", SECRET), "{what}");
    }
}

/// Bytes in hex, each with what stands before it and between two.
fn spelled(text: &str, before: &str, between: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("{before}{byte:02X}"));
    bytes.collect::<Vec<_>>().join(between)
}

/// Seven characters a line, as escaped in JSON.
fn narrow(text: &str) -> String {
    let lines = text.as_bytes().chunks(7).map(|line| std::str::from_utf8(line).expect("ASCII"));
    lines.collect::<Vec<_>>().join("\\r\\n")
}

fn wider(unit: fn(u32) -> [u8; 4], text: &str) -> Vec<u8> {
    text.chars().flat_map(|character| unit(u32::from(character))).collect()
}

#[test]
fn a_token_that_was_broken_or_lies_inside_a_word_is_found() {
    let token = format!("eyJhbGciOiJub25lIn0.{}.c2lnbmF0dXJl", "eyJhdWQiOiJhIn0".repeat(4));
    let broken = format!("{{\"a\":\"{}\\n{}\"}}", &token[..30], &token[30..]);
    let kinds = |text: &str| -> Vec<&str> {
        look(text.as_bytes(), "a").findings.iter().map(|found| found.kind.as_str()).collect()
    };
    assert_eq!(kinds(&broken), ["jwt"]);
    assert!(sees(format!("{{\"url\":\"https://a/b#id={token}\"}}").as_bytes(), "a", &token));
}

#[test]
fn a_long_text_inside_a_value_is_looked_into() {
    let filler = "and a few plain words more, ".repeat(20);
    let json = format!("{{\"note\":\"{filler}\",\"client_secret\":\"correct-horse\"}}");
    let script = format!("# {filler}\nexport ARM_CLIENT_SECRET=correct-horse\n");
    for inner in [json, script] {
        let escaped = inner.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let text = format!("{{\"unknown\":\"{escaped}\"}}");
        assert!(sees(text.as_bytes(), "a.json", PASSWORD), "{text}");
    }
}

#[test]
fn a_place_leads_to_the_value_and_never_holds_one() {
    let inner = format!("{{\"RefreshToken\":{{\"k\":{{\"secret\":\"{SECRET}\"}}}}}}");
    let text = format!(
        "{{\"Contexts\":{{\"a/b\":{{\"CacheData\":\"{}\"}}}}}}",
        BASE64.encode(inner.as_bytes())
    );
    let looked = look(text.as_bytes(), "AzureRmContext.json");
    let wanted = [("/Contexts/a~1b/CacheData!base64/RefreshToken/k/secret", "client-secret")];
    assert_eq!(places(&looked.findings), wanted);
    let named = format!("a=1\n{{\"{SECRET}\":{{\"password\":\"x1y2z3\"}}}}");
    let looked = look(named.as_bytes(), "notes");
    assert_eq!(looked.findings.len(), 2);
    assert!(looked.findings.iter().all(|finding| !finding.place.contains(SECRET)));
    assert_eq!(looked.findings[1].place, "line 2/(name)/password");
}

#[test]
fn keys_and_sealed_blobs_are_found_whole() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----";
    let escaped = pem.replace('\n', "\\n");
    let pfx = [&[0x30, 0x82, 4, 0, 2, 1, 3, 0x30][..], &[7; 1024]].concat();
    let dpapi = [
        &b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb"[..],
        &[0x55; 80],
    ]
    .concat();
    for (bytes, kind) in [
        (pem.as_bytes().to_vec(), "private-key"),
        (format!("{{\"a\":\"{escaped}\"}}").into_bytes(), "private-key"),
        (format!("KEY=\"{escaped}\"").into_bytes(), "private-key"),
        (pem.as_bytes()[..50].to_vec(), "private-key"),
        (pfx.clone(), "pfx"),
        (format!("{{\"a\":\"{}\"}}", BASE64.encode(&pfx)).into_bytes(), "pfx"),
        (dpapi.clone(), "dpapi-blob"),
        (format!("{{\"a\":\"{}\"}}", BASE64.encode(&dpapi)).into_bytes(), "dpapi-blob"),
        (format!("{{\"a\":\"{}\"}}", HEXLOWER.encode(&dpapi)).into_bytes(), "dpapi-blob"),
        ([b"kych", &[1; 60][..]].concat(), "keyring"),
    ] {
        let looked = look(&bytes, "file");
        let kinds: Vec<_> = looked.findings.iter().map(|finding| finding.kind.as_str()).collect();
        assert_eq!(kinds, [kind], "{:?}", &bytes[..40.min(bytes.len())]);
    }
}

#[test]
fn a_value_that_stands_deeper_has_the_name_above_it() {
    for text in [
        "{\"client_secret\":{\"value\":\"Hunter2x\"}}",
        "{\"client_secret\":{\"value\":{\"value\":\"Hunter2x\"}}}",
        "{\"client_secret\":[{\"Value\":[\"Hunter2x\"]}]}",
    ] {
        assert!(sees(text.as_bytes(), "file", "Hunter2x"), "{text}");
    }
    // Another name in between says something else.
    assert!(!sees(b"{\"client_secret\":{\"owner\":{\"value\":\"Hunter2x\"}}}", "file", "Hunter2x"));
}
