//! `tradewind staff`.
use super::{CommandError, clock, source};
use crate::{
    cli::{StaffArgs, StaffCreateArgs},
    commerce::{commerce, entropy},
    config::Config,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{io, process::ExitCode};
use tradewind_commerce::{
    account::{Moment, Refused},
    staff::{
        first_owner::{self, CommandMember, MadeMember},
        members::Code,
    },
};
use tradewind_domain::{staff::BuiltInRole, word::Word as _};
use tradewind_persistence::Db;

/// What is asked for.
pub(super) enum Wanted {
    Create(StaffCreateArgs),
    ResetPassword(StaffArgs),
}

pub(super) async fn run(wanted: Wanted, config: Config) -> Result<ExitCode, CommandError> {
    let args = match &wanted {
        Wanted::Create(create) => &create.member,
        Wanted::ResetPassword(args) => args,
    };
    let (name, role) = match &wanted {
        Wanted::Create(create) => (create.name.clone(), role(&create.role)?),
        Wanted::ResetPassword(_) => (String::new(), BuiltInRole::Owner),
    };
    let password = if args.password_stdin { Some(read_password()?.into()) } else { None };
    let member = CommandMember { email: args.email.clone(), name, role, password };
    let db = source::open(&config).await?;
    let made = make(&wanted, &member, &config, &db).await;
    db.close().await;
    match made? {
        Ok(made) => {
            print(args, &made);
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => Err(CommandError::failed(told(&refused))),
    }
}

async fn make(
    wanted: &Wanted,
    member: &CommandMember,
    config: &Config,
    db: &Db,
) -> Result<Result<MadeMember, Vec<Refused<Code>>>, CommandError> {
    let failed = |error: &dyn std::fmt::Display| CommandError::failed(error.to_string());
    let commerce = commerce(&config.shop, &config.payments, &config.cache, db, None, clock);
    let commerce = commerce.map_err(|error| failed(&error))?;
    let mut chance = ChaCha20Rng::from_seed(entropy());
    let mut moment = Moment::new(clock(), &mut chance);
    let made = match wanted {
        Wanted::Create(_) => first_owner::create(&commerce.accounts, member, &mut moment).await,
        Wanted::ResetPassword(_) => first_owner::reset_password(&commerce.accounts, member, &mut moment).await,
    };
    made.map_err(|error| failed(&error))
}

fn role(word: &str) -> Result<BuiltInRole, CommandError> {
    BuiltInRole::parse(word).ok_or_else(|| {
        let known: Vec<_> = BuiltInRole::ALL.iter().map(|role| role.as_str()).collect();
        CommandError::Usage(format!("--role {word} is not one of {}", known.join(", ")))
    })
}

/// One line, without its end.
fn read_password() -> Result<String, CommandError> {
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.map_err(|error| CommandError::failed(format!("no password can be read: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn told(refused: &[Refused<Code>]) -> String {
    let lines: Vec<_> = refused.iter().map(|it| it.message.clone()).collect();
    lines.join("\n")
}

#[allow(clippy::print_stdout)]
fn print(args: &StaffArgs, made: &MadeMember) {
    let password = made.password.as_ref().map(|password| password.expose());
    if args.json {
        println!("{}", serde_json::json!({ "id": made.id, "email": args.email, "password": password }));
        return;
    }
    match password {
        Some(password) => println!(
            "{} can log in with the password\n\n    {password}\n\nIt is shown this once; `staffPasswordChange` sets another one.",
            args.email
        ),
        None => println!("{} can log in with this password.", args.email),
    }
}
