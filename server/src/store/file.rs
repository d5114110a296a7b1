//! The file of an SQLite database, and how a connection to it is opened.

use sqlx::{AnyConnection, Connection as _, Executor as _, any::AnyConnectOptions};

/// The file, and the settings of each connection to it.
#[derive(Clone)]
pub(super) struct File {
    pub options: AnyConnectOptions,
    pub settings: &'static str,
}

impl File {
    /// Opens a connection.
    ///
    /// # Errors
    /// If the file cannot be opened with these settings.
    pub async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect_with(&self.options).await?;
        connection.execute(self.settings).await?;
        Ok(connection)
    }
}
