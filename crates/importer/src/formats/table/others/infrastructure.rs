//! Infrastructure as code.

use super::base::{CLIENT_SECRET, OTHERS, STORAGE_KEY, is_between};
use crate::formats::row::{Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::infrastructure;
use crate::{Format, Product};

pub(in crate::formats::table) const TERRAFORM_CODE: Row = Row {
    format: Format::TerraformCode,
    name: "terraform-code",
    product: Product::Terraform,
    versions: "Terraform, OpenTofu",
    lies: &[ProductFiles {
        product: Product::Terraform,
        folders: &[Folder::Home("")],
        files: &["*.tfvars", "*.tfvars.json", "*.tf"],
    }],
    recognised: Recognised {
        bytes: |_, name| {
            [".tfvars", ".tfvars.json", ".tf"].iter().any(|end| is_between(name, "", end))
        },
        by: "its name: `.tf`, `.tfvars`, `.tfvars.json`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(infrastructure::read_code),
    read_by: "reported/infrastructure.rs",
    revoke: CLIENT_SECRET,
    source: "hashicorp/terraform internal/configs, azurerm's and azuread's documentation",
    fixtures: &["other-tools/terraform/terraform.tfvars"],
    ..OTHERS
};

pub(in crate::formats::table) const TERRAFORM_STATE: Row = Row {
    format: Format::TerraformState,
    name: "terraform-state",
    versions: "Terraform 0.12 to today, OpenTofu: state, and settings of the azurerm backend",
    lies: &[ProductFiles {
        product: Product::Terraform,
        folders: &[Folder::Home("")],
        files: &["*.tfstate", "*.tfstate.backup"],
    }],
    recognised: Recognised {
        object: |shape| {
            shape.has_all(&["version", "terraform_version"])
                || (shape.has_object("backend") && shape.has("version"))
        },
        words: &[&["\"terraform_version\"", "\"lineage\""]],
        by: "`version` with `terraform_version` or `backend`",
        ..Recognised::NOT
    },
    reader: Reader::Report(infrastructure::read_state),
    revoke: STORAGE_KEY,
    source: "hashicorp/terraform internal/states/statefile/version4.go",
    fixtures: &["other-tools/terraform/terraform.tfstate", "other-tools/terraform/backend.tfstate"],
    ..TERRAFORM_CODE
};

pub(in crate::formats::table) const PULUMI_STACK: Row = Row {
    format: Format::PulumiStack,
    name: "pulumi-stack",
    product: Product::Pulumi,
    versions: "Pulumi: settings of a stack",
    lies: &[],
    recognised: Recognised {
        bytes: |_, name| {
            is_between(name, "pulumi.", ".yaml") || is_between(name, "pulumi.", ".yml")
        },
        text: infrastructure::is_stack,
        by: "its name `Pulumi.STACK.yaml`, or `config:` with settings of Azure",
        ..Recognised::NOT
    },
    reader: Reader::Report(infrastructure::read_stack),
    protection: "unencrypted unless `secure:`",
    source: "pulumi/pulumi sdk/go/common/workspace/project.go",
    fixtures: &["other-tools/pulumi/Pulumi.dev.yaml"],
    ..TERRAFORM_CODE
};

pub(in crate::formats::table) const PULUMI_STATE: Row = Row {
    format: Format::PulumiState,
    name: "pulumi-state",
    versions: "Pulumi: state of a local backend",
    lies: &[ProductFiles {
        product: Product::Pulumi,
        folders: &[Folder::Home(".pulumi/stacks"), Folder::Home(".pulumi/stacks/*")],
        files: &["*.json", "*.json.bak"],
    }],
    recognised: Recognised {
        object: |shape| {
            shape.has("version")
                && (shape.has_object("checkpoint") || shape.has_object("deployment"))
        },
        by: "`version` with `checkpoint` or `deployment`",
        ..Recognised::NOT
    },
    reader: Reader::Report(infrastructure::read_pulumi_state),
    revoke: STORAGE_KEY,
    source: "pulumi/pulumi sdk/go/common/apitype/deployments.go",
    fixtures: &["other-tools/pulumi/dev.json"],
    ..PULUMI_STACK
};
