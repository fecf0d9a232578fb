#![no_main]

azvault_importer_fuzz::reader!(PublishSettings, "contoso.publishsettings");
