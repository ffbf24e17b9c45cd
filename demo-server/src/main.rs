//! Starts the support desk.

use std::error::Error;
use std::process::ExitCode;

use demo_server::{Config, Database, banner};
use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Rocket reports every request that it refuses, under its own name or that of the handler. Clients are told
    // what is wrong, and the library logs what an operator has to know.
    let quiet = "warn,rocket=off,demo_server::routes=off";
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(quiet));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let config = Config::from_env()?;
    let database = std::sync::Arc::new(Database::open(&config)?);
    let tenancy = demo_server::tenancy(&config, &database)?;
    demo_server::prepare(&tenancy)?;

    let told = (config.clone(), std::sync::Arc::clone(&database));
    let rocket = demo_server::rocket(&config, tenancy).attach(AdHoc::on_liftoff("Banner", move |rocket| {
        Box::pin(async move {
            let (config, database) = told;
            tell(&banner::text(&config, &database, rocket.config().address, rocket.config().port));
        })
    }));
    // Ctrl-C and SIGTERM end this; dropping the database afterwards stops an embedded server.
    let port = rocket::Config::from(rocket.figment()).port;
    let ended = rocket::execute(rocket.launch());
    drop(database);
    match ended {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::Bind(_)) => Err(format!(
            "cannot listen on port {port} ({error}): choose another one, for example PORT={}",
            port ^ 1
        )
        .into()),
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::print_stdout, reason = "the banner is what this program has to say")]
fn tell(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the last words of a program")]
fn complain(error: &dyn Error) {
    eprintln!("demo-server: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
}
