//! Mails as files, for development: nothing leaves the machine.
use super::{MailError, MailMessage, Mailer, Sender, sender::written};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use std::{io, path::PathBuf};
use tokio::fs;
use uuid::Uuid;

/// Writes each mail into a folder, as `<id>.eml`, which mail programs open. The same mail again is the same file.
#[derive(Clone, Debug)]
pub struct FolderMailer {
    folder: PathBuf,
    sender: Sender,
}

impl FolderMailer {
    /// Into this folder, which is made with the first mail.
    pub fn new(folder: PathBuf, sender: Sender) -> Self {
        Self { folder, sender }
    }

    async fn write(&self, id: Uuid, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder).await?;
        let (path, unfinished) = (self.folder.join(format!("{id}.eml")), self.folder.join(format!("{id}.unfinished")));
        fs::write(&unfinished, bytes).await?;
        fs::rename(&unfinished, &path).await
    }
}

impl Mailer for FolderMailer {
    fn send<'a>(
        &'a self,
        id: Uuid,
        written_at: DateTime<Utc>,
        message: &'a MailMessage,
    ) -> BoxFuture<'a, Result<(), MailError>> {
        async move {
            let bytes = written(&self.sender, id, written_at, message)?.formatted();
            self.write(id, &bytes).await.map_err(|error| {
                MailError::Temporary(format!("{}: {error}; make the folder writable", self.folder.display()))
            })
        }
        .boxed()
    }
}
