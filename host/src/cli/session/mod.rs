//! `holdfast session`: sessions as they lie on the nodes, without a server.

mod print;

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::{examples, logging, serve, settings};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, NodeTarget, Problems};
use crate::manager::Serializers;
use crate::manager::stored::StoredSessions;
use crate::session::SessionId;
use crate::store::{NodeOptions, Nodes};

/// List, show, delete and migrate stored sessions
#[derive(Debug, clap::Args)]
pub(super) struct SessionArgs {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SessionCommand {
    List(ListArgs),
    Show(ShowArgs),
    Delete(DeleteArgs),
    Migrate(MigrateArgs),
}

/// List the sessions on all nodes, those used last first
///
/// SERIALIZER is what wrote a session, by its item flags; MSM's say only that it was an MSM. A node that cannot be
/// asked is said on standard error, the others are listed, and the exit status is 1. No plugin is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast session list --config holdfast.toml"
    "holdfast session list --set memcachedNodes=n1:localhost:11211,n2:localhost:11212"
    "holdfast session list --config holdfast.toml --format json | jq -r '.sessions[].id'"
))]
struct ListArgs {
    #[command(flatten)]
    nodes: NodesArgs,
    /// For people or for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Table,
    Json,
}

/// Show a session: times, login, attributes with their types and sizes
///
/// Values are not shown unless they are asked for, and of a login no more than its type. The exit status is 1 when no
/// node has the session, or a node cannot be asked.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast session show --config holdfast.toml 1B7A9F0C2D3E4F5061728394A5B6C7D8-n1.tc1"
    "holdfast session show --config holdfast.toml --show-values ID"
))]
struct ShowArgs {
    /// The whole id, as `holdfast session list` has it
    id: SessionId,
    /// Show the values of attributes too, as JSON
    #[arg(long)]
    show_values: bool,
    #[command(flatten)]
    nodes: NodesArgs,
    #[command(flatten)]
    plugins: PluginsArgs,
}

/// Delete a session with all its copies, on all nodes
///
/// A server that holds the session in memory (sticky mode) goes on with it, and stores it again when it changes: there,
/// end it with DELETE /v1/sessions/ID.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!("holdfast session delete --config holdfast.toml ID"))]
struct DeleteArgs {
    /// The whole id, as `holdfast session list` has it
    id: SessionId,
    #[command(flatten)]
    nodes: NodesArgs,
}

/// Write all stored sessions with another serializer
///
/// Servers may go on meanwhile, and should be configured with the new serializer already: what they wrote is never
/// overwritten. What cannot be read, or cannot be held by the new serializer, stays as it is and is listed with the
/// reason; the exit status is 1 then. A living memcached-session-manager deletes what it cannot read: stop all Tomcats
/// with it first, unless it has the same serializer.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast session migrate --config holdfast.toml --to kryo --dry-run"
    "holdfast session migrate --config holdfast.toml --schema schema.toml --to kryo"
))]
struct MigrateArgs {
    /// The serializer: the name of a plugin, or the class name that it stands for
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Read and serialize all, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    nodes: NodesArgs,
    #[command(flatten)]
    plugins: PluginsArgs,
}

#[derive(Debug, clap::Args)]
struct NodesArgs {
    /// The configuration of the servers: holdfast.toml, or Tomcat's context.xml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set an attribute, whatever the configuration says
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct PluginsArgs {
    /// The folder of plugins
    #[arg(long, value_name = "DIR", default_value = "plugins")]
    plugins: PathBuf,
    /// A schema of the application's classes, for all serializers
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
}

impl SessionArgs {
    /// Runs the command.
    pub(super) fn run(self) -> Result<ExitCode> {
        logging::start("error")?;
        let runtime = serve::runtime()?;
        let outcome = runtime.block_on(async {
            match self.command {
                SessionCommand::List(args) => args.run().await,
                SessionCommand::Show(args) => args.run().await,
                SessionCommand::Delete(args) => args.run().await,
                SessionCommand::Migrate(args) => args.run().await,
            }
        });
        runtime.shutdown_background();
        outcome
    }
}

impl NodesArgs {
    fn config(&self) -> Result<Config, Problems> {
        Config::load(self.config.as_deref(), &self.set)
    }
}

impl PluginsArgs {
    fn serializers(&self, config: &Config) -> Result<Serializers> {
        let schemas = settings::Schemas::of_config(&self.schema, config)?;
        let plugins = serve::load_plugins(config, schemas, &self.plugins)?;
        Ok(Serializers::choose(&config.manager, &plugins)?)
    }
}

fn stored(config: &Config) -> Result<StoredSessions> {
    let nodes = &config.manager.memcached_nodes;
    if nodes.entries().iter().all(|node| node.target == NodeTarget::Embedded) {
        bail!(
            "memcachedNodes is {nodes}: such nodes are inside of a server, and nobody else sees them; name the servers' \
             nodes with --config FILE or --set memcachedNodes=n1:localhost:11211"
        );
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let options = NodeOptions::of(&config.manager, Arc::clone(&clock));
    Ok(StoredSessions::new(&config.manager, Nodes::connect(nodes, &options), clock))
}

const fn exit(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl ListArgs {
    async fn run(self) -> Result<ExitCode> {
        let list = stored(&self.nodes.config()?)?.list().await;
        match self.format {
            Form::Json => writeln!(stdout().lock(), "{}", serde_json::to_string_pretty(&list)?)?,
            Form::Table => print::list(&mut stdout().lock(), &list)?,
        }
        let failed: Vec<_> = list.nodes.iter().filter_map(|node| node.error.as_ref()).collect();
        for error in &failed {
            writeln!(stderr(), "error: {error}")?;
        }
        Ok(exit(failed.is_empty()))
    }
}

impl ShowArgs {
    async fn run(self) -> Result<ExitCode> {
        let config = self.nodes.config()?;
        let stored = stored(&config)?;
        let (found, failed) = stored.show(&self.id, self.plugins.serializers(&config)?).await;
        let now_ms = SystemClock.now_ms();
        let mut out = stdout().lock();
        for (index, session) in found.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            print::session(&mut out, &self.id, session, now_ms, self.show_values)?;
        }
        for error in &failed {
            writeln!(stderr(), "error: {error}")?;
        }
        if found.is_empty() {
            return Err(anyhow!("no node that answers has a session {}", self.id));
        }
        Ok(exit(failed.is_empty() && found.iter().all(|session| session.attributes.is_ok())))
    }
}

impl DeleteArgs {
    async fn run(self) -> Result<ExitCode> {
        let outcome = stored(&self.nodes.config()?)?.delete(&self.id).await;
        let mut out = stdout().lock();
        for (node, part) in &outcome.deleted {
            writeln!(out, "{node}: {part} deleted")?;
        }
        for error in &outcome.failed {
            writeln!(stderr(), "error: {error}")?;
        }
        if outcome.deleted.is_empty() && outcome.failed.is_empty() {
            writeln!(out, "no node had anything of {}", self.id)?;
        }
        Ok(exit(outcome.failed.is_empty()))
    }
}

impl MigrateArgs {
    async fn run(self) -> Result<ExitCode> {
        let mut config = self.nodes.config()?;
        let reader = config.manager.legacy_serializer.clone();
        // What carries no tag was written by what the servers were configured with.
        let configured = std::mem::replace(&mut config.manager.transcoder_factory_class, self.to.clone());
        config.manager.legacy_serializer = reader.or(Some(configured));
        let stored = stored(&config)?;
        let serializers = self.plugins.serializers(&config)?;
        let bar = ProgressBar::new(0).with_style(
            ProgressStyle::with_template("{bar:30} {pos} of {len} sessions, {eta} left")
                .context("cannot show progress")?,
        );
        let (found, done) = (bar.clone(), bar.clone());
        let outcome = stored
            .migrate(
                &serializers,
                self.dry_run,
                move |count| found.inc_length(count as u64),
                move || {
                    done.inc(1);
                },
            )
            .await;
        bar.finish_and_clear();
        let mut out = stdout().lock();
        for refused in &outcome.refused {
            writeln!(out, "{}: {} left as it is: {}", refused.node, refused.key, refused.reason)?;
        }
        let verb = if self.dry_run { "would be migrated" } else { "migrated" };
        writeln!(
            out,
            "{} {verb} to {}, {} unchanged, {} refused",
            outcome.migrated,
            serializers.writer().name(),
            outcome.unchanged,
            outcome.refused.len()
        )?;
        for error in &outcome.failed {
            writeln!(stderr(), "error: {error}")?;
        }
        Ok(exit(outcome.failed.is_empty() && outcome.refused.is_empty()))
    }
}
