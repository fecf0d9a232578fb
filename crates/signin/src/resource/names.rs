//! The one table of resources that have a short name.
//!
//! Addresses: AzureEnvironmentConstants.cs of azure-powershell-common, cloud.py of azure-cli-core, and the
//! `…Audience` types of the Azure SDK for .NET; where a service has no address in a cloud, or none that
//! these name, there is `None`. Hosts and application ids are those under which a policy has to know the
//! same service.

mod environments;
mod services;

use super::clouds::{CLOUDS, is_below};

/// A resource with a short name.
pub(crate) struct Row {
    pub(crate) short: &'static str,
    /// Further names for it, those of az and of Azure PowerShell among them.
    other: &'static [&'static str],
    /// What it is, for help.
    pub(crate) title: &'static str,
    /// The settings of an environment that hold it.
    pub(crate) settings: &'static [&'static str],
    /// The resource in each of [`CLOUDS`].
    clouds: [Option<&'static str>; 4],
    /// The application ids by which it is known as well.
    ids: &'static [&'static str],
    /// Hosts of it, and what is below them: tokens to them open the same service.
    hosts: &'static [&'static str],
}

impl Row {
    pub(crate) fn of_cloud(&self, name: &str) -> Option<&'static str> {
        let at = CLOUDS.iter().position(|cloud| cloud.name == name)?;
        self.clouds[at]
    }

    /// All names, the short one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.short).chain(self.other.iter().copied())
    }

    /// Whether a resource is this one, by another id or by a host of it.
    pub(crate) fn has(&self, resource: &str, host: Option<&str>) -> bool {
        let id = resource.strip_suffix('/').unwrap_or(resource);
        let is_id = |own: &&str| own.eq_ignore_ascii_case(id);
        self.ids.iter().any(is_id)
            || self.clouds.iter().flatten().any(is_id)
            || host.is_some_and(|host| self.hosts.iter().any(|own| is_below(host, own)))
    }
}

/// A resource of the public cloud alone.
const fn public(resource: &'static str) -> [Option<&'static str>; 4] {
    [Some(resource), None, None, None]
}

/// A resource that is called the same in the clouds of the public, of China and of the United States.
const fn shared(resource: &'static str) -> [Option<&'static str>; 4] {
    [Some(resource), Some(resource), Some(resource), None]
}

/// All of them.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    environments::ROWS.iter().chain(&services::ROWS)
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn no_name_stands_for_two_resources() {
        let mut names: Vec<&str> = rows().flat_map(|row| row.names()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for name in names {
            let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(plain && !name.starts_with('-'), "{name}");
        }
    }

    #[test]
    fn a_resource_of_the_table_is_well_formed_and_of_its_cloud() {
        for row in rows() {
            for cloud in super::CLOUDS {
                let Some(resource) = row.of_cloud(cloud.name) else { continue };
                assert_eq!(super::super::check(resource), Ok(()), "{resource}");
                let cloud = crate::Cloud::built_in(cloud.name).unwrap();
                assert!(cloud.check_resource(resource).is_ok(), "{resource}");
            }
        }
    }
}
