//! Whom the database servers run as: PostgreSQL refuses root.
use crate::Failure;
use std::{fs, os::unix::fs::chown, path::Path};

/// A user and its group, where this process is root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The users that exist on any system with PostgreSQL, and on any other.
const NAMES: [&str; 2] = ["postgres", "nobody"];

/// None: we are nobody special, and servers run as ourselves.
pub(crate) fn service_user() -> Result<Option<User>, Failure> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd")?;
    let found = NAMES.iter().find_map(|name| find(&passwd, name));
    Ok(Some(found.ok_or("PostgreSQL refuses root, and there is neither a user `postgres` nor `nobody`")?))
}

fn find(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some(User { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
}

/// Makes a folder of theirs.
pub(crate) fn folder(path: &Path, user: Option<User>) -> Result<(), Failure> {
    fs::create_dir_all(path)?;
    if let Some(user) = user {
        chown(path, Some(user.uid), Some(user.gid))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_read_from_the_list() {
        let passwd = "root:x:0:0:root:/:/bin/sh\npostgres:x:101:102:,,,:/var:/bin/sh\n";
        assert_eq!(find(passwd, "postgres"), Some(User { uid: 101, gid: 102 }));
        assert_eq!(find(passwd, "nobody"), None);
    }
}
