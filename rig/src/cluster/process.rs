//! A child process that can be killed, stopped and started again.
use super::user::User;
use crate::Failure;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// How often a child is looked after.
const LOOK: Duration = Duration::from_millis(5);

/// A running child. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    pid: Pid,
    note: PathBuf,
}

/// Where the run keeps its files, and whom its servers run as.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) user: Option<User>,
}

impl Place {
    /// Opens a log for adding.
    pub(crate) fn log(&self, name: &str) -> Result<File, Failure> {
        Ok(OpenOptions::new().create(true).append(true).open(self.folder.join(format!("{name}.log")))?)
    }

    /// A command that runs as the service user, writes into a log and takes nothing from the terminal.
    pub(crate) fn command(&self, program: &Path, log: &str) -> Result<Command, Failure> {
        let mut command = Command::new(program);
        let out = self.log(log)?;
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).process_group(0);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.env("HOME", &self.folder);
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        Ok(command)
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, mut command: Command, log: &str) -> Result<(), Failure> {
        let what = format!("{}", command.get_program().display());
        let child = command.spawn().map_err(|error| format!("{what} cannot be started: {error}"))?;
        let mut process = Process::new(&self.folder, what.rsplit('/').next().unwrap_or_default(), child)?;
        let status = process.ended().await?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("{what} failed ({status}): see {}", self.folder.join(log).display()).into()),
        }
    }
}

impl Process {
    /// Watches over a child: a note of its number lets the watchdog end it when this process is gone.
    pub(crate) fn new(folder: &Path, name: &str, child: Child) -> Result<Self, Failure> {
        let pid = Pid::from_child(&child);
        let notes = folder.join("pids");
        fs::create_dir_all(&notes)?;
        let note = notes.join(child.id().to_string());
        fs::write(&note, name)?;
        Ok(Self { name: name.to_owned(), child, pid, note })
    }

    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends a signal; a child that has ended already is no error.
    pub(crate) fn signal(&mut self, signal: Signal) {
        // Not reaped yet, the number is still ours.
        if self.is_running() {
            let _ = kill_process(self.pid, signal);
        }
    }

    /// As sudden as can be.
    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.ended().await;
    }

    /// Asks it to end, and insists after a while.
    pub(crate) async fn stop(&mut self, signal: Signal, patience: Duration) {
        self.signal(signal);
        if tokio::time::timeout(patience, self.ended()).await.is_err() {
            self.kill().await;
        }
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Result<std::process::ExitStatus, Failure> {
        loop {
            if let Some(status) = self.child.try_wait().map_err(|error| format!("{}: {error}", self.name))? {
                return Ok(status);
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.note);
    }
}
