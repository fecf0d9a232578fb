#![no_main]

azvault_importer_fuzz::reader!(RcloneConfig, "rclone.conf");
