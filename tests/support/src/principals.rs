//! What the benchmarks import.

use std::fmt::Write as _;

/// A context file as Azure PowerShell writes it: an application a context, each with its secret.
pub fn contexts(principals: u32) -> String {
    let mut text =
        String::from("{\"DefaultContextKey\":\"context 0\",\"EnvironmentTable\":{},\"Contexts\":{");
    for n in 0..principals {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\"context {n}\":{{\"Account\":{{\"Id\":\"a{n:07}-0000-4000-8000-000000000001\",\
             \"Type\":\"ServicePrincipal\",\"ExtendedProperties\":{{\"ServicePrincipalSecret\":\
             \"not-a-real-secret-{n:08}\"}}}},\"Tenant\":{{\"Id\":\
             \"72f00000-0000-4000-8000-000000000001\"}},\"Subscription\":{{\"Id\":\
             \"5b{n:06}-0000-4000-8000-000000000001\",\"Name\":\"Subscription {n}\",\"State\":\
             \"Enabled\"}},\"Environment\":{{\"Name\":\"AzureCloud\"}},\"ExtendedProperties\":{{}}}}"
        )
        .unwrap();
    }
    text.push_str("},\"ExtendedProperties\":{}}");
    text
}
