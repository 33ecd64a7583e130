//! `holdfast serve`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{examples, logging, settings};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ListenAddress, LiveConfig, Problems};
use crate::http;
use crate::manager::Manager;
use crate::plugin::{PluginError, Plugins};
use crate::running::Running;
use crate::store::{NodeOptions, Nodes};

/// A session may be nested as deep as its limits allow, and is walked by code that a plugin brought along.
const STACK: usize = 16 << 20;

const NO_THREADS: &str = "cannot start threads";

/// Run the session service
///
/// Sessions are kept in this process and backed up to the nodes of the configuration; without one, to two nodes in
/// this process, which is enough to try it. When the service is ready, standard output has one line: where it
/// listens. Logs go to standard error; HOLDFAST_LOG says which (default info), and there stands where the admin service
/// listens. SIGTERM and SIGINT stop it when running requests and queued backups are done, a second one at once.
///
/// When the file of the configuration changes, it is read again: what can change while the server runs does, the log
/// says what waits for the next start, and a file with mistakes is not used.
#[derive(Debug, clap::Args)]
#[command(after_help = examples!(
    "holdfast serve"
    "holdfast serve --config holdfast.toml --listen 0.0.0.0:8787"
    "holdfast serve --config holdfast.toml --admin-listen 127.0.0.1:9787"
    "holdfast serve --config /etc/tomcat/context.xml --jvm-route tc1"
    "holdfast serve --set memcachedNodes=n1:localhost:11211 --set sessionBackupAsync=false"
    "holdfast serve --set transcoderFactoryClass=kryo --set serializer.kryo.OPTION=VALUE"
    "holdfast serve --set transcoderFactoryClass=kryo --schema schema.toml"
    "holdfast serve --set transcoderFactoryClass=kryo --set customConverter=joda-time"
))]
pub(super) struct ServeArgs {
    /// The configuration: holdfast.toml, or Tomcat's context.xml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set an attribute, whatever the configuration says; a.b for those outside of the manager section
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The folder of plugins
    #[arg(long, value_name = "DIR", default_value = "plugins")]
    plugins: PathBuf,
    /// A schema of the application's classes, for all serializers; `holdfast schema` makes one
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    listen: Option<ListenAddress>,
    /// Where to listen for operators; whoever reaches it may do everything [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    admin_listen: Option<ListenAddress>,
    /// The name of this server at the end of session ids
    #[arg(long, value_name = "NAME", value_parser = jvm_route)]
    jvm_route: Option<String>,
}

/// The configuration knows what an address is; its message is about the value alone.
fn listen_address(text: &str) -> Result<ListenAddress, String> {
    setting("listen", text).map(|config| config.server.listen)
}

fn jvm_route(text: &str) -> Result<String, String> {
    setting("jvmRoute", text).map(|config| config.server.jvm_route.unwrap_or_default())
}

fn setting(name: &str, text: &str) -> Result<Config, String> {
    Config::load(None, &[format!("server.{name}={text}")])
        .map_err(|problems| problems.0.into_iter().map(|problem| problem.text).collect::<Vec<_>>().join("; "))
}

impl ServeArgs {
    /// Serves until it is told to stop.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        logging::start("info")?;
        let live = self.configuration()?;
        let config = live.config();
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        let schemas = settings::Schemas::of_config(&self.schema, config)?;
        for unknown in &schemas.unknown {
            tracing::warn!("{unknown}");
        }
        let plugins = load_plugins(config, schemas, &self.plugins)?;
        let recorder = http::recorder().context("cannot keep metrics")?;
        let metrics = recorder.handle();
        ::metrics::set_global_recorder(recorder).context("cannot keep metrics")?;

        let runtime = runtime()?;
        let lanes = http::Lanes::start(threads).context(NO_THREADS)?;
        let outcome = runtime.block_on(serve(live, plugins, metrics, &lanes));
        drop(lanes);
        // A plugin's call that does not end must not keep the process from ending.
        runtime.shutdown_background();
        outcome
    }

    /// The options of the command line are flags too: a changed file must not win over them.
    fn configuration(&self) -> Result<LiveConfig, Problems> {
        let mut flags = self.set.clone();
        let listen = self.listen.as_ref().map(|listen| format!("server.listen={listen}"));
        let admin_listen = self.admin_listen.as_ref().map(|listen| format!("server.adminListen={listen}"));
        let jvm_route = self.jvm_route.as_ref().map(|route| format!("server.jvmRoute={route}"));
        flags.extend(listen.into_iter().chain(admin_listen).chain(jvm_route));
        let live = LiveConfig::load(self.config.as_deref(), &flags)?;
        Ok(live)
    }
}

pub(super) fn load_plugins(
    config: &Config,
    schemas: settings::Schemas,
    folder: &Path,
) -> anyhow::Result<Plugins> {
    let settings = settings::of_plugins(config, schemas);
    let plugins = Plugins::load(folder, &settings).map_err(|error| match error {
        PluginError::Folder { .. } => anyhow!("{error}; `cargo xtask build` builds plugins into ./plugins"),
        _ => error.into(),
    })?;
    for entry in plugins.entries() {
        if let Err(error) = &entry.outcome {
            tracing::warn!("not used: {error}");
        }
    }
    Problems(settings::serializer_problems(config, &plugins, folder)).into_result()?;
    Ok(plugins)
}

pub(super) fn runtime() -> anyhow::Result<Runtime> {
    threads().build().context(NO_THREADS)
}

/// A thread for what waits, and more while it does something long.
fn threads() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).thread_stack_size(STACK).thread_name("holdfast").enable_all();
    builder
}

async fn serve(
    live: LiveConfig,
    plugins: Plugins,
    metrics: PrometheusHandle,
    lanes: &http::Lanes,
) -> anyhow::Result<ExitCode> {
    let config = live.config().clone();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let options = NodeOptions::of(&config.manager, Arc::clone(&clock));
    let (listener, address) =
        listen_at(&config.server.listen, "server.listen and --listen say where").await?;
    let admin_listener = match &config.server.admin_listen {
        Some(listen) => {
            let (listener, address) =
                listen_at(listen, "server.adminListen and --admin-listen say where").await?;
            Some((listener, address, listen))
        }
        None => None,
    };
    let nodes = Nodes::connect(&config.manager.memcached_nodes, &options);
    let jvm_route = config.server.jvm_route.as_deref();
    let plugins = Arc::new(plugins);
    let manager = Manager::start(&config.manager, jvm_route, nodes, &plugins, clock)?;
    let stop = stop_signal()?;
    let service = http::Service::new(
        manager.clone(),
        Arc::clone(&plugins),
        &config.server,
        config.manager.request_lease,
        metrics.clone(),
    );
    tracing::info!(
        serializer = manager.serializers().writer().name(),
        nodes = %config.manager.memcached_nodes,
        "listening on http://{address}"
    );
    let running = Arc::new(Running::new(manager.clone(), live));
    let watch = running.watch().await.unwrap_or_else(|error| {
        tracing::warn!("changes of the configuration's file are not seen: {error}");
        None
    });
    if let Some((listener, address, listen)) = admin_listener {
        tracing::info!("admin service on http://{address}");
        let admin = http::Admin::new(Arc::clone(&running), plugins, listen);
        // It goes on while the sessions are being stored, and ends with the process.
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, admin.router()).await {
                tracing::error!("the admin service failed: {error}");
            }
        });
    }
    announce(&format!("http://{address}"))?;

    let patience = config.server.shutdown_timeout;
    let stopped = http::serve(listener, service.router(), lanes, metrics, stop, patience)
        .await
        .context("the listener failed")?;
    drop(watch);
    if stopped == http::Stopped::WithRequestsLeft {
        tracing::warn!("requests were still running after {} s", patience.as_secs());
    }
    finish(&manager, patience).await
}

async fn listen_at(listen: &ListenAddress, cure: &str) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let ListenAddress { host, port } = listen;
    let listener = TcpListener::bind((host.as_str(), *port))
        .await
        .with_context(|| format!("cannot listen on {listen}; {cure}"))?;
    let address = listener.local_addr().context("cannot tell where it listens")?;
    Ok((listener, address))
}

/// Done at the first signal; a second one ends the process at once.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut signals = Signals::listen().context("cannot wait for signals")?;
    let (stopping, stop) = oneshot::channel();
    tokio::spawn(async move {
        let signal = signals.next().await;
        tracing::info!("{signal}: stopping when running requests and queued backups are done");
        // The receiver is gone only when the service has failed by itself.
        let _ = stopping.send(());
        let signal = signals.next().await;
        tracing::warn!("{signal} again: stopping at once");
        std::process::exit(1);
    });
    Ok(async move {
        // The sender is never dropped before it has sent.
        let _ = stop.await;
    })
}

/// What asks a process to stop: a service manager, or Ctrl-C.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = tokio::signal::ctrl_c() => "SIGINT",
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> &'static str {
        // An error would mean that nobody can ask for a stop; then none is asked for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

/// Standard output is for the program that started this one, and has nothing else.
fn announce(url: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{url}").and_then(|()| out.flush()).context("cannot write to standard output")
}

async fn finish(manager: &Manager, patience: Duration) -> anyhow::Result<ExitCode> {
    if timeout(patience, manager.stop()).await.is_err() {
        bail!(
            "not all queued backups were done after {} s; server.shutdownTimeout sets how long a stop waits",
            patience.as_secs()
        );
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
