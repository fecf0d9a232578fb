#![no_main]

azvault_importer_fuzz::reader!(DockerAzureToken, "dockerAccessToken.json");
