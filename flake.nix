{
  description = "Encrypted vault for saved Azure sign-ins";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = build: nixpkgs.lib.genAttrs systems (system: build nixpkgs.legacyPackages.${system});
      manifest = (nixpkgs.lib.importTOML ./Cargo.toml).workspace.package;
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "azvault";
          inherit (manifest) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--package" "azvault" ];
          # They need peers from Python, Node.js and PowerShell: `.ci/run` has them.
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            export HOME=$TMPDIR
            $out/bin/azvault man > azvault.1
            installManPage azvault.1
            installShellCompletion --cmd azvault \
              --bash <($out/bin/azvault completions bash) \
              --zsh <($out/bin/azvault completions zsh) \
              --fish <($out/bin/azvault completions fish)
          '';
          meta = {
            description = "Encrypted vault for saved Azure sign-ins";
            license = with pkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "azvault";
            platforms = systems;
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = with pkgs; [ cargo rustc clippy rustfmt just python3 nodejs openssl strace valgrind jq ];
        };
      });
    };
}
