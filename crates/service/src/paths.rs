//! Every folder and every environment variable that is read outside `cli.rs`, one function each.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use azvault_endpoint::{ForeignVariable, foreign_variable};
use azvault_importer::places::{self, Roots};
use azvault_model::Secret;
use azvault_os::places::{UserFolders, folders_of, settings_of_machine};
use azvault_os::process::variable_bytes;
use azvault_signin::ProxySetting;

use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::network::MachineEndpoint;

/// The vault when nobody named one: `azvault/vault.db` in the platform's data folder.
pub(crate) fn default_vault() -> Result<PathBuf, Failure> {
    Ok(base()?.data.join("vault.db"))
}

/// The policy of this machine. A constant: what could name another file could hide this one.
pub fn system_policy() -> PathBuf {
    settings_of_machine("azvault").join("policy.toml")
}

/// The user's own policy; `None` for a user without a home folder.
pub fn user_policy() -> Option<PathBuf> {
    Some(base().ok()?.settings.join("policy.toml"))
}

/// Where this machine remembers how far each vault has come. Never beside a vault: whoever puts
/// an old vault back must not put the memory of it back in the same move.
pub fn anchors() -> Result<PathBuf, Failure> {
    Ok(base()?.state.join("anchors"))
}

/// Refresh tokens that came when nobody could store them, sealed.
pub(crate) fn unclaimed(anchors: &Path) -> PathBuf {
    anchors.with_file_name("unclaimed")
}

/// The locks by which processes take turns in renewing tokens.
pub(crate) fn turns(anchors: &Path) -> PathBuf {
    anchors.with_file_name("turns")
}

/// What azvault wrote into files of the products.
pub(crate) fn kept_names() -> Result<PathBuf, Failure> {
    Ok(anchors()?.with_file_name("kept-names"))
}

/// A folder of this user for files that live as long as a command, where there is no better one.
pub fn private() -> Result<PathBuf, Failure> {
    Ok(anchors()?.with_file_name("run"))
}

/// The folders that Azure PowerShell and Azure CLI start from.
pub fn roots() -> Result<Roots, Failure> {
    Ok(Roots {
        home: base()?.home,
        current: std::env::current_dir().ok(),
        azure_config_dir: folder_variable("AZURE_CONFIG_DIR"),
        variables: places::variables()
            .filter_map(|name| Some((name, folder_variable(name)?)))
            .collect(),
        xdg_data_home: folder_variable("XDG_DATA_HOME"),
        xdg_config_home: folder_variable("XDG_CONFIG_HOME"),
    })
}

/// The folder that `XDG_RUNTIME_DIR` names for what lives as long as a login: see [`crate::runtime`].
pub(crate) fn runtime_variable() -> Option<PathBuf> {
    folder_variable("XDG_RUNTIME_DIR")
}

/// The variable that names the session of this shell.
pub const SESSION: &str = "AZVAULT_SESSION";

/// The session of this shell: its id and key, in wiped memory.
pub fn session() -> Option<Secret> {
    let value = zeroize::Zeroizing::new(variable_bytes(std::env::var_os(SESSION)?));
    (!value.is_empty()).then(|| Secret::new(value))
}

/// The variable that names a context for every command.
pub const CONTEXT: &str = "AZVAULT_CONTEXT";

/// `AZVAULT_CONTEXT`: as `--context`, for every command. What is no text names no context, and is
/// not passed over: another one would act then. The same goes for an empty one, which is a name that
/// somebody failed to fill in.
pub fn context() -> Result<Option<String>, Failure> {
    let Some(name) = std::env::var_os(CONTEXT) else { return Ok(None) };
    let name = name.to_string_lossy().into_owned();
    if name.trim().is_empty() {
        let what = format!("{CONTEXT} is set, and names no context: it is empty");
        return Err(Failure::new(Kind::Usage, what).hint(format!("unset {CONTEXT}")));
    }
    Ok(Some(name))
}

/// Whether a variable is set, and holds nothing but blanks.
pub fn is_empty(variable: &OsStr) -> bool {
    std::env::var_os(variable).is_some_and(|value| value.to_string_lossy().trim().is_empty())
}

/// Variables that name what unlocks the vault. No program that azvault starts gets them.
pub(crate) const UNLOCKING: [&str; 3] =
    ["AZVAULT_PASSPHRASE_FILE", "AZVAULT_KEY_FILE", "AZVAULT_AGE_IDENTITY"];

/// Names of the variables that are set, the empty ones left out. Their values are not looked at.
fn set_variables() -> impl Iterator<Item = OsString> {
    let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| {
        // A copy of what may be a secret.
        drop(zeroize::Zeroizing::new(variable_bytes(value)));
        name
    })
}

/// Names of the variables that are set and by which tools of Azure sign in as somebody else.
pub fn foreign_variables() -> Vec<(OsString, &'static ForeignVariable)> {
    let row = |name: OsString| {
        let row = foreign_variable(name.to_str()?)?;
        Some((name, row))
    };
    set_variables().filter_map(row).collect()
}

/// The first variable that says exactly this path: a program is told of the file by it.
pub(crate) fn variable_that_says(path: &Path) -> Option<String> {
    let says = |value: &OsStr| Path::new(value) == path;
    let mut names = std::env::vars_os().filter_map(|(name, value)| {
        let says = says(&value);
        drop(zeroize::Zeroizing::new(variable_bytes(value)));
        says.then(|| name.to_string_lossy().into_owned())
    });
    names.next()
}

/// Names of all variables of azvault that are set.
pub(crate) fn own_variables() -> Vec<OsString> {
    set_variables().filter(|name| name.as_encoded_bytes().starts_with(b"AZVAULT_")).collect()
}

/// The bus on which a keyring would be asked: the first of its addresses.
pub(crate) fn session_bus() -> Option<String> {
    let named = std::env::var("DBUS_SESSION_BUS_ADDRESS").ok()?;
    named.split(';').find(|address| !address.is_empty()).map(str::to_owned)
}

/// The bus of the system, on which the login manager speaks (D-Bus specification, well-known message
/// bus instances).
pub(crate) fn system_bus() -> String {
    let named = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").unwrap_or_default();
    let first = named.split(';').find(|address| !address.is_empty());
    first.unwrap_or("unix:path=/run/dbus/system_bus_socket").to_owned()
}

/// What the keyring's program needs to find the bus, and a prompt of the keyring its display. Nothing
/// else of the environment reaches it: variables can have it load other code.
pub(crate) fn for_keyring() -> impl Iterator<Item = (&'static str, OsString)> {
    let names = [
        "DBUS_SESSION_BUS_ADDRESS",
        "XDG_RUNTIME_DIR",
        "HOME",
        "LANG",
        "LC_ALL",
        "DISPLAY",
        "XAUTHORITY",
        "WAYLAND_DISPLAY",
    ];
    names.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// Variables by which PKCS#11 modules are told where their settings are, as far as they are set: SoftHSM,
/// tpm2-pkcs11 with its TSS, OpenSC. No other one is handed to a module.
pub(crate) fn for_pkcs11_module() -> BTreeMap<String, String> {
    let names = [
        "SOFTHSM2_CONF",
        "TPM2_PKCS11_STORE",
        "TPM2_PKCS11_TCTI",
        "DBUS_SESSION_BUS_ADDRESS",
        "DBUS_SYSTEM_BUS_ADDRESS",
        "OPENSC_CONF",
    ];
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    names.into_iter().filter_map(|name| Some((name.to_owned(), set(name)?))).collect()
}

/// Where PKCS#11 modules have what is of one user, if nothing says another place.
pub(crate) fn pkcs11_stores() -> Vec<PathBuf> {
    let Ok(base) = base() else { return Vec::new() };
    [".tpm2_pkcs11", ".config/softhsm2"].map(|folder| base.home.join(folder)).into()
}

/// The proxy for HTTPS, as curl and Azure CLI look for it: it may hold a password.
pub fn proxy() -> Option<ProxySetting> {
    let named = |names: &[&str]| {
        let mut values = names.iter().filter_map(std::env::var_os);
        values.find(|value| !value.is_empty())
    };
    let url = named(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?;
    let bypass = named(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
    let bypass = bypass.to_string_lossy();
    let hosts = bypass.split(',').map(str::trim).filter(|host| !host.is_empty());
    Some(ProxySetting {
        url: Secret::new(zeroize::Zeroizing::new(variable_bytes(url))),
        bypass: hosts.map(str::to_owned).collect(),
    })
}

/// Variables by which other programs are given certificate authorities, as far as they are set:
/// azvault does not follow them.
pub(crate) fn foreign_authorities() -> Vec<&'static str> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
        .into_iter()
        .filter(is_set)
        .collect()
}

/// Whether a proxy would be asked for `http://127.0.0.1`, but for what is reached without one.
pub(crate) fn has_proxy_for_loopback() -> bool {
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    names.into_iter().filter_map(std::env::var_os).any(|value| !value.is_empty())
}

/// Hosts that are reached without a proxy, in both spellings of the variable.
pub fn no_proxy() -> Vec<String> {
    let values = ["NO_PROXY", "no_proxy"].into_iter().filter_map(std::env::var_os);
    values.map(|value| value.to_string_lossy().into_owned()).collect()
}

/// Where Azure CLI keeps its files.
pub(crate) fn az_folder() -> Option<PathBuf> {
    let usual = || base().ok().map(|base| base.home.join(".azure"));
    folder_variable("AZURE_CONFIG_DIR").or_else(usual)
}

/// A setting of az by its variable.
pub(crate) fn az_setting(section: &str, name: &str) -> Option<String> {
    std::env::var(format!("AZURE_{section}_{name}").to_uppercase()).ok()
}

/// Says how many wrappers of az started each other.
pub const AZ_SHIM_DEPTH: &str = "AZVAULT_AZ_SHIM_DEPTH";

/// How many there are above this one.
pub fn az_shim_depth() -> usize {
    std::env::var(AZ_SHIM_DEPTH).ok().and_then(|depth| depth.parse().ok()).unwrap_or(0)
}

/// The subscription that the endpoint of a shell told its tools.
pub(crate) fn told_subscription() -> Option<String> {
    std::env::var("ARM_SUBSCRIPTION_ID").ok().filter(|value| !value.is_empty())
}

/// Where App Service and its like hand out tokens of a managed identity. The endpoint of `exec` is no
/// such place: what it hands out is of the context that acts, whichever that is.
pub(crate) fn identity_endpoint() -> Option<MachineEndpoint> {
    let url = std::env::var_os("IDENTITY_ENDPOINT").filter(|value| !value.is_empty())?;
    let url = url.to_string_lossy().into_owned();
    let mut beside = ["AZD_AUTH_ENDPOINT", azvault_endpoint::OWN_ENDPOINT]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    if beside.any(|beside| azvault_endpoint::is_token_endpoint(&url, &beside)) {
        return None;
    }
    let header = std::env::var_os("IDENTITY_HEADER").filter(|value| !value.is_empty())?;
    let header = Secret::new(zeroize::Zeroizing::new(variable_bytes(header)));
    Some(MachineEndpoint { url, header: SecretPart::new(header) })
}

/// The person's browser: the first of `BROWSER`.
pub fn browser() -> Option<String> {
    let named = std::env::var("BROWSER").ok()?;
    named.split(':').map(str::trim).find(|command| !command.is_empty()).map(str::to_owned)
}

/// Whether a browser could show itself: on a desktop, and not at the other end of SSH.
pub fn has_display() -> bool {
    let is_named = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    (cfg!(target_os = "macos") || is_named) && !is_set("SSH_CONNECTION")
}

/// What stands between this process and the terminal that a person looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Multiplexer {
    None,
    Tmux,
    Screen,
}

/// Each sets a variable in what runs in it.
pub(crate) fn multiplexer() -> Multiplexer {
    match (is_set("TMUX"), is_set("STY")) {
        (true, _) => Multiplexer::Tmux,
        (false, true) => Multiplexer::Screen,
        (false, false) => Multiplexer::None,
    }
}

/// What reaches the clipboard: the display and what proves who one is there, or tmux and its socket.
pub(crate) fn for_clipboard() -> impl Iterator<Item = (&'static str, OsString)> {
    let names =
        ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "HOME", "TMUX", "TERM"];
    names.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Where people keep programs of their own.
pub fn programs() -> Result<PathBuf, Failure> {
    Ok(base()?.home.join(".local").join("bin"))
}

/// Files of that name in the folders of the PATH, in its order.
pub fn on_path(program: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).collect()
}

/// Whether programs of a folder are found by their names.
pub fn program_folders() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
}

pub fn is_on_path(folder: &Path) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|known| known == folder)
}

/// The shell that the person uses.
pub fn shell() -> PathBuf {
    folder_variable("SHELL").unwrap_or_else(|| PathBuf::from("/bin/sh"))
}

/// A path as an absolute one, against the working folder. Links are left as they are: SQLite and
/// the opening rules refuse them where they matter.
pub fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", crate::text::shown_path(path))))
}

/// NO_COLOR (no-color.org): any text but the empty one.
pub fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// CLICOLOR_FORCE (bixense.com/clicolors): any text but `0` and the empty one.
pub fn force_color() -> bool {
    std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0")
}

/// A terminal that can move its cursor: progress bars need it.
pub fn dumb_terminal() -> bool {
    std::env::var_os("TERM").is_none_or(|value| value == "dumb")
}

fn folder_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn base() -> Result<UserFolders, Failure> {
    folders_of("azvault").ok_or_else(|| {
        Failure::new(Kind::Other, "this user has no home folder")
            .hint("set HOME, or name the vault with --vault FILE and the files with --from PATH")
    })
}
