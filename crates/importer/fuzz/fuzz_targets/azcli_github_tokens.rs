#![no_main]

azvault_importer_fuzz::reader!(GithubTokens, "github_token_cache.json");
