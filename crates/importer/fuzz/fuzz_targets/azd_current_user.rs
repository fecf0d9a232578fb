#![no_main]

azvault_importer_fuzz::reader!(AzdCurrentUser, "auth.json");
