//! A child process that can be killed, stopped and started again.
use super::user::User;
use crate::Failure;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

/// How often a child is looked after.
const LOOK: Duration = Duration::from_millis(5);
/// Lines of a log that an error shows.
const LAST_LINES: usize = 5;

/// Where the run keeps its files, and whom its servers run as.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) user: Option<User>,
}

/// A program under a name, running or not. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    place: Place,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    pid: Pid,
    /// Lets the watchdog end it when this process is gone.
    note: PathBuf,
}

impl Place {
    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    fn open_log(&self, name: &str) -> Result<File, Failure> {
        Ok(OpenOptions::new().create(true).append(true).open(self.log(name))?)
    }

    /// A command that runs as the service user, writes into a log and takes nothing from the terminal.
    pub(crate) fn command(&self, program: &Path, log: &str) -> Result<Command, Failure> {
        let mut command = Command::new(program);
        let out = self.open_log(log)?;
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).process_group(0);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.env("HOME", &self.folder);
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        Ok(command)
    }

    /// Runs a command to its end; its log is `name`.
    pub(crate) async fn run(&self, command: Command, name: &str) -> Result<(), Failure> {
        let program = command.get_program().display().to_string();
        let mut process = Process::new(name, self);
        process.start(command)?;
        let status = process.ended().await?;
        match status.success() {
            true => Ok(()),
            false => Err(process.failure(&format!("{program} failed ({status})"))),
        }
    }
}

impl Process {
    /// Not started yet. `name`: also of its log.
    pub(crate) fn new(name: &str, place: &Place) -> Self {
        Self { name: name.to_owned(), place: place.clone(), running: None }
    }

    /// Starts it; what ran before is killed.
    pub(crate) fn start(&mut self, mut command: Command) -> Result<(), Failure> {
        self.running = None;
        let program = command.get_program().display().to_string();
        let child = command.spawn().map_err(|error| format!("{program} cannot be started: {error}"))?;
        let pid = Pid::from_child(&child);
        let notes = self.place.folder.join("pids");
        let note = notes.join(child.id().to_string());
        // Before anything can fail: dropped, it is killed.
        self.running = Some(Running { child, pid, note: note.clone() });
        fs::create_dir_all(&notes)?;
        fs::write(&note, &self.name)?;
        Ok(())
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(|running| matches!(running.child.try_wait(), Ok(None)))
    }

    /// Sends a signal; a child that has ended already is no error.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if let Some(running) = &mut self.running {
            running.signal(signal);
        }
    }

    /// Stops its time, or lets it go on.
    pub(crate) fn pause(&mut self, paused: bool) {
        self.signal(if paused { Signal::STOP } else { Signal::CONT });
    }

    /// As sudden as can be.
    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.ended().await;
        self.running = None;
    }

    /// Asks it to end, and insists after a while.
    pub(crate) async fn stop(&mut self, signal: Signal, patience: Duration) {
        self.signal(signal);
        let _ = tokio::time::timeout(patience, self.ended()).await;
        self.kill().await;
    }

    /// Waits for its end.
    async fn ended(&mut self) -> Result<ExitStatus, Failure> {
        let Some(running) = &mut self.running else { return Err(format!("{} does not run", self.name).into()) };
        loop {
            if let Some(status) = running.child.try_wait().map_err(|error| format!("{}: {error}", self.name))? {
                return Ok(status);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What is wrong with it, with the last that its log says: the log itself is gone when the run is over.
    pub(crate) fn failure(&self, what: &str) -> Failure {
        let log = self.place.log(&self.name);
        let text = fs::read(&log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(LAST_LINES)..).unwrap_or_default().join("\n");
        format!("{}: {what}; {} ends with:\n{last}", self.name, log.display()).into()
    }
}

impl Running {
    fn signal(&mut self, signal: Signal) {
        // Not reaped yet, the number is still ours.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(self.pid, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.note);
    }
}
