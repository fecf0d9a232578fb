//! What functions take.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{FnArg, ItemImpl, Signature, Type};

use super::code::Place;

/// A function: where it stands, its name, what it takes.
pub(super) struct Function {
    pub(super) name: String,
    /// Parameters beside `self`; the members of a tuple are parameters too.
    pub(super) parameters: usize,
    pub(super) has_tuple: bool,
    pub(super) has_bool: bool,
}

/// The functions of the program.
pub(super) fn functions(program: Vec<(Place, TokenStream)>) -> Vec<Function> {
    let mut found = Functions::default();
    for (place, tokens) in program {
        found.place = place.join("/");
        found.visit_file(&syn::parse2(tokens).unwrap());
    }
    found.all
}

#[derive(Default)]
struct Functions {
    place: String,
    all: Vec<Function>,
}

impl<'ast> Visit<'ast> for Functions {
    // What a trait asks for is looked at where the trait stands.
    fn visit_item_impl(&mut self, block: &'ast ItemImpl) {
        if block.trait_.is_none() {
            visit::visit_item_impl(self, block);
        }
    }

    fn visit_signature(&mut self, signature: &'ast Signature) {
        let types = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(&*parameter.ty),
            FnArg::Receiver(_) => None,
        });
        let types: Vec<&Type> = types.collect();
        self.all.push(Function {
            name: format!("{} {}", self.place, signature.ident),
            parameters: types.iter().map(|kind| members(kind)).sum(),
            has_tuple: types.iter().any(|kind| is_tuple(kind)),
            has_bool: types.iter().any(|kind| is_bool(kind)),
        });
        visit::visit_signature(self, signature);
    }
}

fn members(kind: &Type) -> usize {
    match kind {
        Type::Tuple(tuple) => tuple.elems.iter().map(members).sum(),
        Type::Reference(reference) => members(&reference.elem),
        _ => 1,
    }
}

fn is_tuple(kind: &Type) -> bool {
    match kind {
        Type::Tuple(_) => true,
        Type::Reference(reference) => is_tuple(&reference.elem),
        _ => false,
    }
}

fn is_bool(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident("bool"))
}
