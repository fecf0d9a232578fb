//! The login manager on its bus (`org.freedesktop.login1`, org.freedesktop.login1(5)).

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use azvault_os::places::is_this_user;
use futures_core::Stream as _;
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::message::{Message, Type};
use zbus::{MatchRule, MessageStream, OwnedFd, OwnedObjectPath, Proxy};

use super::Event;

const NAME: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const PATH: &str = "/org/freedesktop/login1";
const SESSION: &str = "org.freedesktop.login1.Session";

/// A bus that does not answer by then is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the machine is held back at the most: the login manager lets nobody have more than five
/// seconds as a rule (`InhibitDelayMaxSec` of logind.conf(5)).
const TO_WIPE: Duration = Duration::from_secs(4);

/// Hears until the bus is gone or `tell` fails.
pub(super) fn hear(
    bus: &str,
    tell: impl FnMut(Event) -> std::io::Result<()>,
    wiped: &Receiver<()>,
) -> zbus::Result<()> {
    zbus::block_on(hearing(bus, tell, wiped))
}

async fn hearing(
    bus: &str,
    mut tell: impl FnMut(Event) -> std::io::Result<()>,
    wiped: &Receiver<()>,
) -> zbus::Result<()> {
    let connection = Builder::address(bus).method_timeout(PATIENCE).build().await?;
    let daemon = DBusProxy::new(&connection).await?;
    let manager = Proxy::new(&connection, NAME, PATH, MANAGER).await?;
    let mut heard = MessageStream::from(&connection);
    let signals = || MatchRule::builder().msg_type(Type::Signal).sender(NAME);
    daemon.add_match_rule(signals().interface(MANAGER).build()?).await?;
    daemon.add_match_rule(signals().interface(SESSION).member("Lock").build()?).await?;
    let mut logins = logins(&manager).await?;
    let mut holds_back = Some(hold_back(&manager).await?);
    tell(Event::Watches)?;
    while let Some(message) = next(&mut heard).await {
        let message = message?;
        if !is_of_manager(&message, &daemon).await {
            continue;
        }
        let header = message.header();
        match header.member().map(|member| member.as_str()) {
            Some("PrepareForSleep" | "PrepareForShutdown") => {
                let begins: bool = message.body().deserialize()?;
                if !begins {
                    holds_back = Some(hold_back(&manager).await?);
                    continue;
                }
                while wiped.try_recv().is_ok() {}
                tell(Event::Sleeps)?;
                let _ = wiped.recv_timeout(TO_WIPE);
                drop(holds_back.take());
            }
            Some("Lock") => {
                let path = header.path().map(|path| path.as_str().to_owned());
                if path.is_some_and(|path| logins.contains(&path)) {
                    tell(Event::ScreenLocked)?;
                }
            }
            Some("SessionNew" | "SessionRemoved" | "UserRemoved") => {
                let before = std::mem::replace(&mut logins, self::logins(&manager).await?);
                if !before.is_empty() && logins.is_empty() {
                    tell(Event::LoggedOut)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Has the machine wait with sleep and shutdown, until the descriptor is closed.
async fn hold_back(manager: &Proxy<'_>) -> zbus::Result<OwnedFd> {
    let request = ("sleep:shutdown", "azvault", "Keys are wiped first", "delay");
    manager.call("Inhibit", &request).await
}

/// The paths of this user's sessions.
async fn logins(manager: &Proxy<'_>) -> zbus::Result<Vec<String>> {
    let all: Vec<(String, u32, String, String, OwnedObjectPath)> =
        manager.call("ListSessions", &()).await?;
    let own = all.into_iter().filter(|(_, user, ..)| is_this_user(*user));
    Ok(own.map(|(.., path)| path.as_str().to_owned()).collect())
}

/// Whether it is a signal of who is the login manager now: others can send one to this process alone.
async fn is_of_manager(message: &Message, daemon: &DBusProxy<'_>) -> bool {
    if message.message_type() != Type::Signal {
        return false;
    }
    let Ok(name) = NAME.try_into() else { return false };
    let owner = daemon.get_name_owner(name).await;
    let header = message.header();
    owner.is_ok_and(|owner| header.sender().is_some_and(|sender| *sender == owner))
}

async fn next(heard: &mut MessageStream) -> Option<zbus::Result<Message>> {
    poll_fn(|context| Pin::new(&mut *heard).poll_next(context)).await
}
