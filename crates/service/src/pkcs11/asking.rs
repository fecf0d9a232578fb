//! The process that loads a module, as the one sees it that started it.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use azvault_os::pipe::Stream;
use azvault_os::process::{end_group, start_apart_from_terminal};

use super::exchange::{Done, Order, Said};
use super::work::broken;
use crate::failure::{Failure, Kind};
use crate::inherited;
use crate::message::{decode, encode, framed, received};
use crate::request::Nothing;

/// It ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        end_group(&mut self.0);
    }
}

/// Has an order carried out. The process itself says when a module hangs.
pub(super) fn ask(mut order: Order) -> Result<Done, Failure> {
    let cannot = |e: std::io::Error| Failure::new(Kind::Other, format!("loading a module: {e}"));
    let (mut own, its) = Stream::pair().map_err(cannot)?;
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    inherited::without_anything(&mut command).map_err(cannot)?;
    command.arg("pkcs11").env_clear().envs(&order.place.variables).current_dir("/");
    command.stdin(its.into_input()).stdout(Stdio::null()).stderr(Stdio::null());
    // Of its own group: Ctrl-C is for the command that waits.
    let _running = Running(start_apart_from_terminal(&mut command).spawn().map_err(cannot)?);
    // It has its end: when it is gone, so is the connection.
    drop(command);
    own.write_all(&framed(&encode(&mut Nothing {}, &mut order))).map_err(|_| broken())?;
    let message = received(&mut own).map_err(|_| broken())?;
    let said: Said = decode(&message).map_err(|_| broken())?;
    said.0
}
