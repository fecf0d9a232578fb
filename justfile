# What is run day by day. `just` alone lists it.

default:
    @just --list --unsorted

# Everything that has to hold, as it runs for a change
ci:
    .ci/run

# The tests of one word, in the order of their names: just test token::
test *words:
    cargo test -p azvault --test e2e --locked -- {{ words }}

# Rules, formats, boxes: the fast tests
fast:
    cargo test --workspace --lib --locked

# Format and lints
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets --locked -- -D warnings

# The pages that are generated
docs:
    AZVAULT_UPDATE_DOCS=1 cargo test -p azvault --test e2e --locked -- cli_reference
    AZVAULT_UPDATE_DOCS=1 cargo test -p azvault-endpoint --locked -- documented
    AZVAULT_UPDATE_DOCS=1 cargo test -p azvault-importer --test formats --locked

# The claims of SECURITY.md with their controls
proof *claims:
    proof/run {{ claims }}

# What a release has, in target/packages
packages:
    packaging/build

# The linters of what is packaged
check-packages:
    packaging/check
