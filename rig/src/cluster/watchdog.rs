//! Ends what a killed rig leaves behind.
use crate::Failure;
use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
};

/// Waits for the rig's end, then kills what is noted and removes the folder unless it is to be kept. Killing a stopped
/// process works: KILL is not held back.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
while kill -0 "$1" 2>/dev/null; do sleep 1; done
for note in "$2"/pids/*; do
  [ -e "$note" ] && kill -KILL "${note##*/}" 2>/dev/null
done
[ "$3" = keep ] || rm -rf "$2"
"#;

/// Starts it. It outlives us by a second.
pub(crate) fn watch_over(folder: &Path, keep: bool) -> Result<(), Failure> {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "watchdog"]).arg(std::process::id().to_string()).arg(folder);
    command.arg(if keep { "keep" } else { "remove" });
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn()?;
    Ok(())
}
