#![no_main]

azvault_importer_fuzz::reader!(
    AzdCredential,
    "cred0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9.json"
);
