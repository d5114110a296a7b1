//! One PostgreSQL server for the whole test process. The first test that needs it starts it, and each test has its own database.
//!
//! A shell runs PostgreSQL and reads a pipe that only this process holds. However the process ends, the pipe closes, and the
//! shell stops PostgreSQL and removes its folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::installation::free_port;

static SERVER: OnceLock<Postgres> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Postgres {
    port: u16,
    /// Holds the pipe: when it closes, PostgreSQL stops.
    _shell: Child,
}

/// Creates an empty database and returns its URL.
pub async fn new_database() -> String {
    new_database_in("UTF8").await
}

/// The same for texts in another encoding.
pub async fn new_database_in(encoding: &str) -> String {
    let port = tokio::task::spawn_blocking(|| SERVER.get_or_init(start).port).await.expect("PostgreSQL starts");
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&url(port, "postgres")).await.expect("connects to PostgreSQL");
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")))
        .execute(&mut connection)
        .await
        .expect("creates the test's database");
    connection.close().await.expect("closes");
    url(port, &name)
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
}

fn start() -> Postgres {
    let bin = newest_bin();
    let dir = tempfile::Builder::new().prefix("flow-postgres-").tempdir().expect("a temporary folder").keep();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("sets the folder's mode");
    let mut as_user = Vec::new();
    if output("id", &["-u"]) == "0" {
        let id = |flag| output("id", &[flag, "postgres"]).parse::<u32>().expect("the user postgres has a number");
        chown(&dir, Some(id("-u")), Some(id("-g"))).expect("gives the folder to postgres");
        as_user.extend(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]);
    }
    let folder = dir.to_str().expect("a temporary path is UTF-8");
    let data = format!("{folder}/data");
    let mut initdb: Vec<&str> = as_user.clone();
    let program = path(&bin, "initdb");
    initdb.extend([program.as_str(), "-D", &data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    output(initdb[0], &initdb[1..]);

    let port = free_port();
    let mut shell = start_under_shell(&as_user, &path(&bin, "postgres"), folder, &data, port);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let ready = Command::new(path(&bin, "pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-p", &port.to_string()])
            .status()
            .expect("runs pg_isready");
        if ready.success() {
            return Postgres { port, _shell: shell };
        }
        let log = fs::read_to_string(format!("{folder}/log")).unwrap_or_default();
        let waiting = Instant::now() < deadline && shell.try_wait().expect("checks whether the shell has ended").is_none();
        assert!(waiting && !log.contains("could not"), "PostgreSQL did not start:\n{log}");
        sleep(Duration::from_millis(50));
    }
}

fn start_under_shell(as_user: &[&str], postgres: &str, folder: &str, data: &str, port: u16) -> Child {
    let script = r#"
        folder=$1; shift
        "$@" </dev/null >>"$folder/log" 2>&1 &
        pid=$!
        cat >/dev/null
        kill -INT $pid
        wait $pid
        rm -rf "$folder"
    "#;
    Command::new("sh")
        .args(["-c", script, "sh", folder])
        .args(as_user)
        .args([postgres, "-D", data, "-k", folder, "-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "fsync=on"])
        // The tests write much: keep the write-ahead log until a test has searched it for what it wrote.
        .args(["-c", "wal_keep_size=4GB", "-c", "shared_preload_libraries=pg_stat_statements"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("starts a shell")
}

fn newest_bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed in /usr/lib/postgresql");
    versions
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| Path::new(&format!("/usr/lib/postgresql/{version}/bin/initdb")).exists())
        .max()
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")))
        .expect("a PostgreSQL server with initdb")
}

fn path(bin: &Path, program: &str) -> String {
    format!("{}/{program}", bin.display())
}

fn output(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir("/").stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("runs {program}: {error}"));
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}
