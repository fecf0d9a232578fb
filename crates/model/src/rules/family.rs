//! Microsoft's client family 1: a refresh token that one member got is redeemed by any other.
//!
//! Entra publishes no list. This is what secureworks/family-of-client-ids-research
//! (`known-foci-clients.csv`) found by trying; the family grows, so it is a lower bound.

use crate::ClientId;

/// Members by id and name: those that keep Azure contexts first.
pub(super) const FAMILY: [(&str, &str); 24] = [
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Azure PowerShell"),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio"),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"),
    ("00b41c95-dab0-4487-9791-b9d2c32c80f2", "Office 365 Management"),
    ("4813382a-8fa7-425e-ab75-3b753aab3abb", "Microsoft Authenticator"),
    ("9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", "Intune Company Portal"),
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"),
    ("b26aadf8-566f-4478-926f-589f601d9c74", "OneDrive"),
    ("af124e86-4e96-495a-b70a-90f90ab96707", "OneDrive iOS"),
    ("d326c1ce-6cc6-4de2-bebc-4591e5e13ef0", "SharePoint"),
    ("f05ff7c9-f75a-4acd-a3b5-f4b6a870245d", "SharePoint Android"),
    ("c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12", "Power BI"),
    ("4e291c71-d680-4d0e-9640-0a3358e31177", "PowerApps"),
    ("57fcbcfa-7cee-4eb1-8b25-12d2030b4ee0", "Microsoft Flow"),
    ("66375f6b-983f-4c2c-9701-d680650f588f", "Microsoft Planner"),
    ("22098786-6e16-43cc-a27d-191a01a1e3b5", "Microsoft To-Do"),
    ("e9c51622-460d-4d3d-952d-966a5b1da34c", "Microsoft Edge"),
    ("cf36b471-5b44-428c-9ce7-313bf84528de", "Microsoft Bing Search"),
    ("26a7ee05-5602-4d76-a7ba-eae8b7b67941", "Windows Search"),
    ("cab96880-db5b-4e15-90a7-f3f1d62ffe39", "Microsoft Defender Platform"),
    ("844cca35-0656-46ce-b636-13f48b0eecbd", "Microsoft Stream Mobile"),
];

/// Whether a client is known to be of the family.
pub fn is_member(client: &str) -> bool {
    client_name(client).is_some()
}

pub(super) fn client_name(client: &str) -> Option<&'static str> {
    let found = FAMILY.iter().find(|(id, _)| ClientId(id) == ClientId(client));
    found.map(|(_, name)| *name)
}
