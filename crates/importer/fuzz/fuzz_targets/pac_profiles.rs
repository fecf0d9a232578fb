#![no_main]

azvault_importer_fuzz::reader!(PacProfiles, "authprofiles_v2.json");
