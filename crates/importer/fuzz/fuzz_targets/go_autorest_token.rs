#![no_main]

azvault_importer_fuzz::reader!(GoAutorestToken, "oauth-0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.json");
