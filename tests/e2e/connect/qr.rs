//! The QR code of a sign-in by device code, on terminals where it fits and on others.

use crate::stack::{Azure, certificates, one_tenant, subscriptions};
use console::{measure_text_width, strip_ansi_codes};

#[test]
fn the_address_is_a_code_that_a_phone_reads_where_it_fits() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let (authorities, origin) = (certificates().join("ca.pem"), azure.origin());
    let passphrase = home.join("passphrase");
    let connect = |columns: &str, more: &[&str]| {
        let variables = [
            ("TERMINAL_COLUMNS", columns),
            ("AZVAULT_CA_BUNDLE", authorities.to_str().unwrap()),
            ("AZVAULT_PASSPHRASE_FILE", passphrase.to_str().unwrap()),
        ];
        let args = ["connect", "--environment", "Test", "--confirm", &origin, "--device-code"];
        home.on_terminal_with(&variables, &[], &[&args, more].concat()).expect(0).stdout
    };
    let is_drawn = |shown: &str| shown.contains('█') && shown.contains('▀');
    for columns in ["80", "120"] {
        let shown = connect(columns, &[]);
        assert!(shown.contains("enter the code"), "{shown}");
        let lines: Vec<&str> =
            shown.lines().filter(|line| line.contains("\u{1b}[38;5;16;48;5;231m")).collect();
        // 25 modules and four on each side, two in a line.
        assert_eq!(lines.len(), 17, "{shown}");
        for line in lines {
            assert_eq!(measure_text_width(strip_ansi_codes(line).trim_end_matches('\r')), 33);
        }
    }
    for (columns, more) in [
        ("33", &[][..]),
        ("80", &["--no-qr"]),
        ("80", &["-o", "json"]),
        ("80", &["--color", "never"]),
    ] {
        let shown = connect(columns, more);
        assert!(
            shown.contains("enter the code") && !is_drawn(&shown),
            "{columns} {more:?} {shown}"
        );
    }
    // Without a terminal.
    let quiet = azure.connect(&home, &["--device-code"]).expect(0);
    assert!(
        !is_drawn(&quiet.stderr) && quiet.stderr.contains("enter the code"),
        "{}",
        quiet.stderr
    );
}
