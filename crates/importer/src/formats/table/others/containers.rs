//! Clusters and registries.

use super::base::OTHERS;
use crate::formats::row::{Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::{kubeconfig, registries};
use crate::{Format, Product};

pub(in crate::formats::table) const KUBECONFIG: Row = Row {
    format: Format::Kubeconfig,
    name: "kubeconfig",
    product: Product::Kubernetes,
    versions: "kubectl, az aks get-credentials, kubelogin",
    lies: &[ProductFiles {
        product: Product::Kubernetes,
        folders: &[Folder::Home(".kube")],
        files: &["config", "config.*", "*.config", "*.yaml", "*.yml"],
    }],
    recognised: Recognised {
        object: |shape| shape.has_all(&["clusters", "users", "contexts"]),
        text: kubeconfig::is,
        by: "`kind: Config` with `clusters`, `users` and `contexts`",
        ..Recognised::NOT
    },
    reader: Reader::Report(kubeconfig::read),
    read_by: "reported/kubeconfig.rs",
    revoke: "az aks rotate-certs --resource-group GROUP --name CLUSTER",
    source: "kubernetes/client-go tools/clientcmd/api/v1/types.go",
    fixtures: &["other-tools/kubectl/config"],
    ..OTHERS
};

pub(in crate::formats::table) const CONTAINER_REGISTRIES: Row = Row {
    format: Format::ContainerRegistries,
    name: "container-registries",
    product: Product::Containers,
    versions: "docker, podman and helm login, az acr login",
    lies: &[
        ProductFiles {
            product: Product::Containers,
            folders: &[Folder::Home(".docker")],
            files: &["config.json"],
        },
        ProductFiles {
            product: Product::Containers,
            folders: &[Folder::Config("containers")],
            files: &["auth.json"],
        },
        ProductFiles {
            product: Product::Containers,
            folders: &[Folder::Config("helm/registry")],
            files: &["config.json"],
        },
        ProductFiles {
            product: Product::Containers,
            folders: &[Folder::Home("")],
            files: &[".dockercfg"],
        },
    ],
    recognised: Recognised {
        object: |shape| shape.has_object("auths"),
        names: &[".dockercfg"],
        by: "`auths`",
        ..Recognised::NOT
    },
    reader: Reader::Report(registries::read),
    read_by: "reported/registries.rs",
    revoke: "az acr credential renew --name REGISTRY --password-name password",
    source: "docker/cli cli/config/configfile/file.go, containers/image pkg/docker/config",
    fixtures: &["other-tools/docker/config.json"],
    ..OTHERS
};
