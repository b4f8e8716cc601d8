//! The command line.
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A headless commerce backend: one binary, one GraphQL endpoint.
#[derive(Debug, Parser)]
#[command(name = "tradewind", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Examples:\n  tradewind                       start a shop with demo data on this machine\n  tradewind import shopify products.csv\n  DATABASE_URL=postgres://… tradewind serve"
)]
pub struct Cli {
    /// What to do; without one it is `dev`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of `dev`.
    #[command(flatten)]
    pub dev: DevArgs,
}

impl Cli {
    /// The command; `dev` when none is named.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Dev(self.dev))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a shop on this machine: SQLite in a folder, demo data on the first start, GraphiQL
    #[command(after_help = "Example:\n  tradewind dev --port 8000 --data .tradewind")]
    Dev(DevArgs),
    /// Serve in production, from the environment or a TOML file
    #[command(
        after_help = "Example:\n  DATABASE_URL=postgres://tradewind:secret@db:5432/tradewind tradewind serve\n\nSettings: `tradewind config --schema`. Exit status 2 when the configuration is wrong."
    )]
    Serve(ServeArgs),
    /// Send mails and webhooks and do jobs, beside servers that do not (TRADEWIND_WORKER=false)
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://tradewind:secret@db:5432/tradewind tradewind worker")]
    Worker(WorkerArgs),
    /// Bring the database schema up to date
    #[command(
        after_help = "Example:\n  tradewind migrate --database-url postgres://tradewind:secret@db:5432/tradewind"
    )]
    Migrate(MigrateArgs),
    /// Print the GraphQL schema (SDL)
    #[command(after_help = "Example:\n  tradewind schema > schema.graphql")]
    Schema,
    /// Fill the catalog from another system's files
    #[command(subcommand)]
    Import(Import),
    /// Write the catalog in another system's format
    #[command(subcommand)]
    Export(Export),
    /// Write a large made-up catalog, the same for the same seed
    #[command(after_help = "Example:\n  tradewind seed --products 10000 --seed 42")]
    Seed(SeedArgs),
    /// Add members of staff: the first owner, and whoever locked themselves out
    #[command(subcommand)]
    Staff(Staff),
    /// Ask a running server whether it is ready; exit status 0 when it is
    #[command(after_help = "Example:\n  tradewind healthcheck --port 8080")]
    Healthcheck(HealthcheckArgs),
    /// Show the settings that are in effect and where each was set, secrets hidden
    #[command(after_help = "Examples:\n  tradewind config\n  tradewind config --schema")]
    Config(ConfigArgs),
}

/// Where the settings are.
#[derive(Clone, Debug, Default, Args)]
pub struct FileArgs {
    /// TOML file with settings (TRADEWIND_CONFIG)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Where the database is.
#[derive(Clone, Debug, Default, Args)]
pub struct DatabaseArgs {
    /// postgres://user:password@host:5432/name or sqlite:path (DATABASE_URL); passwords are safer in the variable
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub database_url: Option<String>,
    /// Folder of the embedded database, used when there is no DATABASE_URL
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub file: FileArgs,
}

/// `dev`.
#[derive(Clone, Debug, Default, Args)]
pub struct DevArgs {
    /// Port to listen on [default: 8000]
    #[arg(long)]
    pub port: Option<u16>,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Port to listen on [default: 8080]
    #[arg(long)]
    pub port: Option<u16>,
    /// IP address to listen on [default: 0.0.0.0]
    #[arg(long)]
    pub address: Option<String>,
    /// Settings.
    #[command(flatten)]
    pub file: FileArgs,
}

/// `worker`.
#[derive(Clone, Debug, Args)]
pub struct WorkerArgs {
    /// Settings.
    #[command(flatten)]
    pub file: FileArgs,
}

/// `migrate`.
#[derive(Clone, Debug, Args)]
pub struct MigrateArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `import`.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Shopify product exports (CSV); importing a file again changes nothing
    #[command(
        after_help = "Example:\n  tradewind import shopify products.csv --dry-run\n\nExit status 1 when a product was refused; the others are kept."
    )]
    Shopify(ImportShopifyArgs),
}

/// `import shopify`.
#[derive(Clone, Debug, Args)]
pub struct ImportShopifyArgs {
    /// CSV files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Do everything, keep nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print problems and sums as JSON, one object per line; the last one is the report
    #[arg(long)]
    pub json: bool,
    /// Code of the channel that takes the main prices [default: the default channel]
    #[arg(long, value_name = "CODE")]
    pub channel: Option<String>,
    /// Code of the warehouse that takes the quantities [default: the channel's first]
    #[arg(long, value_name = "CODE")]
    pub warehouse: Option<String>,
    /// Currency of the channel that an empty shop gets [default: USD]
    #[arg(long, value_name = "ISO 4217")]
    pub currency: Option<String>,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `export`.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// A Shopify product CSV; `import shopify` reads it back without a change
    #[command(after_help = "Example:\n  tradewind export shopify --output products.csv")]
    Shopify(ExportShopifyArgs),
}

/// `export shopify`.
#[derive(Clone, Debug, Args)]
pub struct ExportShopifyArgs {
    /// File to write; it is replaced when the export is complete [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print the sums as JSON; needs --output
    #[arg(long, requires = "output")]
    pub json: bool,
    /// Code of the channel whose prices fill the main columns [default: the default channel]
    #[arg(long, value_name = "CODE")]
    pub channel: Option<String>,
    /// Code of the warehouse whose stock fills the quantities [default: the channel's first]
    #[arg(long, value_name = "CODE")]
    pub warehouse: Option<String>,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `seed`.
#[derive(Clone, Debug, Args)]
pub struct SeedArgs {
    /// How many products
    #[arg(long, default_value_t = 10_000)]
    pub products: u32,
    /// The same seed makes the same catalog
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Print the sums as JSON
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `staff`.
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Add a member of staff who can log in at once
    #[command(
        after_help = "Examples:\n  tradewind staff create --email ada@shop.example --name \"Ada\"\n  pass show shop | tradewind staff create --email ada@shop.example --name Ada --password-stdin"
    )]
    Create(StaffCreateArgs),
    /// Give a member another password, let them in again, and end their sessions
    #[command(after_help = "Example:\n  tradewind staff reset-password --email ada@shop.example")]
    ResetPassword(StaffArgs),
}

/// `staff create`.
#[derive(Clone, Debug, Args)]
pub struct StaffCreateArgs {
    /// For people
    #[arg(long)]
    pub name: String,
    /// owner, merchandiser, support, warehouse or analyst
    #[arg(long, default_value = "owner")]
    pub role: String,
    /// Who.
    #[command(flatten)]
    pub member: StaffArgs,
}

/// `staff reset-password`.
#[derive(Clone, Debug, Args)]
pub struct StaffArgs {
    /// What they log in with
    #[arg(long)]
    pub email: String,
    /// Read the password from the first line of standard input instead of choosing one
    #[arg(long)]
    pub password_stdin: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `healthcheck`.
#[derive(Clone, Debug, Args)]
pub struct HealthcheckArgs {
    /// Port of the server on this machine [default: that of the settings]
    #[arg(long)]
    pub port: Option<u16>,
    /// Settings.
    #[command(flatten)]
    pub file: FileArgs,
}

/// `config`.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// List every variable with its key, defaults and meaning instead
    #[arg(long)]
    pub schema: bool,
    /// Of `tradewind dev` instead of `tradewind serve`
    #[arg(long)]
    pub dev: bool,
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub file: FileArgs,
}
