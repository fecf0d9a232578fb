//! The process that loads a module while an account signs in for the first time, or a key is made. It has no
//! vault, no environment but the module's, no terminal, and one order.

use std::io::Write;

use azvault_os::pipe::Stream;

use super::exchange::{Order, Said};
use super::work::{carry_out, confine};
use crate::failure::{Failure, Kind};
use crate::message::{decode, encode, framed, received};
use crate::request::Nothing;

/// Does what the process at the other end of standard input orders, and answers it.
pub fn serve() -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault pkcs11 is started by azvault itself");
    let mut orderer = Stream::of_input().map_err(|_| usage())?;
    let message = received(&mut orderer).map_err(|_| usage())?;
    let order: Order = decode(&message).map_err(|_| usage())?;
    confine(&order.place);
    let mut said = Said(carry_out(order));
    // Who is gone needs no answer.
    let _ = orderer.write_all(&framed(&encode(&mut Nothing {}, &mut said)));
    Ok(())
}
