use std::sync::Arc;

use azvault_os::pipe::{Interest, Stream};
use azvault_vault::Keys;

use super::{AgentState, Answer, Asker, answer};
use crate::answers::{Answers, Asked, NoAnswer, Reply, Settled};
use crate::clock::now;
use crate::hold::{Limits, Reach, Terms};
use crate::protocol::{Leader, Message, Outcome, Verb};

/// Answers with what it is asked, but to nothing at all: there it has a fault. Counts how often it has
/// let go.
#[derive(Default)]
struct Faulty {
    forgotten: usize,
}

impl Answers for Faulty {
    fn answer(&mut self, _: &Arc<Keys>, asked: Asked<'_>) -> Result<Reply, NoAnswer> {
        let first = asked.message.first().expect("a message");
        Ok(Reply::Now(vec![*first].into()))
    }

    fn forget(&mut self) {
        self.forgotten += 1;
    }

    fn is_at_work_for(&self, _: u64) -> bool {
        false
    }

    fn forget_ticket(&mut self, _: u64) {}

    fn processes(&self) -> Vec<(&Stream, Interest)> {
        Vec::new()
    }

    fn settle(&mut self, _: &Arc<Keys>) -> Vec<Settled> {
        panic!("a fault in what is written");
    }

    fn go_on(&mut self, _: &Arc<Keys>) {
        panic!("a fault in what a renewer sent");
    }

    fn work_unasked(&mut self, _: &Arc<Keys>) {
        panic!("a fault in what nobody asked for");
    }
}

fn asked(held: &mut AgentState<'_>, body: &[u8]) -> Vec<u8> {
    let asker = Asker { process: std::process::id(), ticket: 1 };
    match answer(body, held, asker, now()) {
        Answer::Frame(frame) => frame[4..].to_vec(),
        Answer::Unsettled(_) | Answer::Later | Answer::Close => panic!("no reply"),
    }
}

#[test]
fn a_fault_in_one_request_ends_neither_the_agent_nor_what_it_holds() {
    let mut service = Faulty::default();
    let mut held = AgentState::new(&mut service);
    let keys = Keys::from_bytes(1, &[7; Keys::SIZE]).unwrap();
    held.hold(keys, Terms { limits: Limits::default(), reach: Some(Reach::User) }, None);
    let start = Message::new(Verb::SessionStart as u8, 20)
        .i64(7)
        .u32(Leader::Caller.number())
        .bytes(b"box")
        .finish()
        .unwrap();
    assert_eq!(asked(&mut held, &start[4..]), [Outcome::Done as u8]);

    let ask = Verb::Ask as u8;
    assert_eq!(asked(&mut held, &[ask, 9]), [Outcome::Done as u8, 9]);
    for _ in 0..3 {
        assert_eq!(asked(&mut held, &[ask]), [Outcome::Fault as u8]);
        held.go_on();
        held.work_unasked();
        assert!(held.settle().is_empty());
    }
    assert_eq!(asked(&mut held, &[ask, 9]), [Outcome::Done as u8, 9], "others are answered");
    assert!(held.holds_keys());
    assert_eq!(held.sessions().len(), 1);
    drop(held);
    let manifest = include_str!("../../../../../Cargo.toml");
    assert!(manifest.contains("panic = \"unwind\""), "a release that aborts catches nothing");
    // Once when it got keys, then after each fault: what was open is not used again.
    assert_eq!(service.forgotten, 13);
}
