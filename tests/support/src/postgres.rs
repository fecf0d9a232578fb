//! A real PostgreSQL on loopback, in a folder of its own, with TLS and SCRAM: one server a test.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::skip::not_run;

/// What every member's role signs in with here.
pub const PASSWORD: &str = "marker-database-password";

/// A server, and the certificate authority that vouches for it.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    pub port: u16,
    server: Option<Child>,
}

impl Postgres {
    /// Starts a new one; `None` where this machine has no PostgreSQL.
    #[track_caller]
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let user = server_user();
        let mut postgres = Self { folder, programs, user, port: free_port(), server: None };
        postgres.own(postgres.folder.path());
        fs::set_permissions(postgres.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = postgres.data();
        postgres
            .run("initdb", &["-U", "postgres", "--auth=trust", "-E", "UTF8", "-D", text(&data)]);
        postgres.certify();
        postgres.configure();
        postgres.resume();
        Some(postgres)
    }

    /// A second server that follows this one, and takes its place when it is promoted.
    pub fn standby(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = self.programs.clone();
        let mut standby =
            Self { folder, programs, user: self.user, port: free_port(), server: None };
        standby.own(standby.folder.path());
        fs::set_permissions(standby.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let (socket, port) = (self.folder.path().to_owned(), self.port.to_string());
        let data = standby.data();
        standby.run(
            "pg_basebackup",
            &[
                "-h",
                text(&socket),
                "-p",
                &port,
                "-U",
                "postgres",
                "-D",
                text(&data),
                "-R",
                "-X",
                "stream",
            ],
        );
        let of_primary = text(&socket).to_owned();
        for file in ["postgresql.conf", "postgresql.auto.conf"] {
            let file = data.join(file);
            let own = fs::read_to_string(&file).unwrap();
            let own = own.replace(&format!("port = {port}"), &format!("port = {}", standby.port));
            // Where it listens, and not whom it follows.
            let lines = own.lines().map(|line| match line.starts_with("unix_socket_directories") {
                true => line.replace(&of_primary, text(standby.folder.path())),
                false => line.to_owned(),
            });
            fs::write(&file, lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        }
        standby.resume();
        standby
    }

    /// Makes a follower the one that is written to.
    pub fn promote(&self) {
        self.run("pg_ctl", &["promote", "-w", "-D", text(&self.data())]);
    }

    /// Starts it again after [`Postgres::kill`].
    pub fn resume(&mut self) {
        let log = fs::File::options().append(true).create(true).open(self.log_path()).unwrap();
        let mut command = self.command("postgres");
        command.args(["-D", text(&self.data())]);
        command.stdout(Stdio::null()).stderr(log).stdin(Stdio::null());
        self.server = Some(command.spawn().unwrap());
        let start = Instant::now();
        while !self.program("pg_isready", &["-q"]).status.success() {
            assert!(start.elapsed() < Duration::from_secs(60), "{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as a power cut does. Its other processes notice, and end.
    pub fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
        let start = Instant::now();
        while TcpListener::bind(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "the port stays taken");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Processes of the old server hold its memory until they have noticed.
        std::thread::sleep(Duration::from_millis(300));
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// Runs SQL as the administrator, who may do anything. What it prints.
    pub fn sql(&self, sql: &str) -> String {
        let output =
            self.program("psql", &["-At", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", sql]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{sql}: {errors}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Roles that may use what `schema` has made, each with [`PASSWORD`].
    pub fn prepare(&self, schema: &str, members: &[&str]) {
        self.sql(schema);
        for member in members {
            self.sql(&format!(
                "CREATE ROLE {member} LOGIN PASSWORD '{PASSWORD}' IN ROLE azvault_team_member"
            ));
        }
    }

    /// Writes down no statement from now on: a measurement is of what a server does as it is set up by everyone.
    pub fn quiet(&self) {
        let settings = "ALTER SYSTEM SET log_statement = 'none'; \
                        ALTER SYSTEM SET log_min_duration_statement = -1; SELECT pg_reload_conf()";
        settings.split("; ").for_each(|one| drop(self.sql(one)));
    }

    /// Runs a `COPY … FROM STDIN` as the administrator.
    pub fn copy_in(&self, sql: &str, rows: &str) {
        let file = self.folder.path().join("rows");
        fs::write(&file, rows).unwrap();
        // By the program that runs it, which may read what the server may not.
        self.sql(&format!("\\{}", sql.replace("STDIN", &format!("'{}'", text(&file)))));
        fs::remove_file(&file).unwrap();
    }

    /// Lets in by another line of `pg_hba.conf`, before all others.
    pub fn allow(&self, access: &str) {
        let file = self.data().join("pg_hba.conf");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{access}\n{before}")).unwrap();
        let settings = self.data().join("postgresql.conf");
        let authority = self.authority();
        let own = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, format!("{own}ssl_ca_file = '{}'\n", text(&authority))).unwrap();
        self.sql("SELECT pg_reload_conf()");
        // The server reads them in a moment.
        std::thread::sleep(Duration::from_millis(300));
    }

    /// A certificate that the authority made out to a user, and its key.
    pub fn client_certificate(&self, user: &str) -> [PathBuf; 2] {
        let at = |name: &str| self.folder.path().join(format!("{user}.{name}"));
        let (key, request, certificate) = (at("key"), at("csr"), at("crt"));
        let key_options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let subject = format!("/CN={user}");
        let named = ["-keyout", text(&key), "-out", text(&request), "-subj", &subject];
        openssl(&[&["req"], &key_options[..], &named].concat());
        let (authority, ca_key) = (self.authority(), self.folder.path().join("ca.key"));
        let by = ["-CA", text(&authority), "-CAkey", text(&ca_key), "-CAcreateserial"];
        // With an extension it is of version 3, as all are that are made today.
        let extensions = self.folder.path().join("server.ext");
        let by = [&by[..], &["-extfile", text(&extensions)]].concat();
        let from = ["x509", "-req", "-in", text(&request), "-days", "2", "-out"];
        openssl(&[&from[..], &[text(&certificate)], &by].concat());
        [certificate, key]
    }

    /// What a member connects to.
    pub fn url(&self, user: &str) -> String {
        self.url_at(user, self.port)
    }

    /// The same through something that listens at another port of this machine.
    pub fn url_at(&self, user: &str, port: u16) -> String {
        let authority = text(&self.authority()).to_owned();
        format!("postgresql://{user}@localhost:{port}/postgres?sslrootcert={authority}")
    }

    /// The certificate that vouches for the server.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// All that it wrote down of what it did.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// All files of the server as one text dump, and as they are.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = self.program("pg_dumpall", &[]).stdout;
        all.extend(self.log().into_bytes());
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.extend(fs::read(path).unwrap_or_default());
                }
            }
        }
        all
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn own(&self, path: &Path) {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }

    fn configure(&self) {
        let folder = text(self.folder.path()).to_owned();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{folder}'\n\
             ssl = on\nssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\n\
             password_encryption = 'scram-sha-256'\nlog_statement = 'all'\nwal_level = replica\n\
             log_min_duration_statement = 0\nmax_connections = 60\nshared_buffers = '16MB'\n",
            self.port
        );
        fs::write(self.data().join("postgresql.conf"), settings).unwrap();
        // The administrator comes by the socket in a folder of the test; members by TLS alone.
        let access = "local all postgres trust\nlocal replication postgres trust\n\
                      hostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(self.data().join("pg_hba.conf"), access).unwrap();
    }

    /// A certificate authority, and a certificate of it for `localhost`.
    fn certify(&self) {
        let at = |name: &str| text(&self.folder.path().join(name)).to_owned();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let mut authority = vec!["req", "-x509"];
        authority.extend(key);
        let (ca_key, ca, server_key) = (at("ca.key"), at("ca.crt"), at("server.key"));
        authority.extend([
            "-keyout",
            &ca_key,
            "-out",
            &ca,
            "-days",
            "2",
            "-subj",
            "/CN=test authority",
        ]);
        openssl(&authority);
        let (request, extensions) = (at("server.csr"), at("server.ext"));
        let mut leaf = vec!["req"];
        leaf.extend(key);
        leaf.extend(["-keyout", &server_key, "-out", &request, "-subj", "/CN=localhost"]);
        openssl(&leaf);
        fs::write(&extensions, "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
            .unwrap();
        openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            &extensions,
            "-out",
            &at("server.crt"),
        ]);
        fs::set_permissions(&server_key, fs::Permissions::from_mode(0o600)).unwrap();
        self.own(Path::new(&server_key));
        self.own(Path::new(&at("server.crt")));
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Output {
        let (folder, port) = (text(self.folder.path()).to_owned(), self.port.to_string());
        let mut command = self.command(name);
        command.args(["-h", &folder, "-p", &port, "-U", "postgres"]).args(arguments);
        command.output().unwrap()
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let output = self.command(name).args(arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{name}: {errors}");
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env_remove("PGPASSWORD");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Debian keeps the programs of a server beside its version.
#[track_caller]
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("postgres").is_file())
        .collect();
    found.sort();
    if found.is_empty() {
        not_run("PostgreSQL is missing (postgresql)");
    }
    found.pop()
}

/// Whom a test that runs as root lets the server be.
fn server_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let user = users.lines().find(|line| line.starts_with("postgres:"));
    let mut fields = user.expect("the package makes a user postgres").split(':').skip(2);
    let mut number = || fields.next().unwrap().parse().unwrap();
    Some((number(), number()))
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}: {:?}", output.stderr);
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
