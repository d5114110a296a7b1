//! Statements that write and answer nothing. They wait until the next statement that answers, or the commit, and are then sent together:
//! each round trip costs more than most of them do. SQLite runs several statements of one text; on PostgreSQL they are the parts of one
//! statement's WITH.

use futures::TryStreamExt as _;
use sqlx::{Any, AnyConnection, Arguments as _, AssertSqlSafe, Either, Encode, Executor as _, Row as _, Type, any::AnyArguments, query::Query};

use super::{
    engine::Engine,
    error::{Result, exactly_one},
};

/// The statements that wait, in order, and their values.
///
/// On PostgreSQL they run as if at the same time: none sees what another one of them writes, and no two may write one row. References from
/// one to another are checked when all have run.
#[derive(Default)]
pub(super) struct Later {
    statements: Vec<Statement>,
    values: AnyArguments,
}

struct Statement {
    sql: String,
    /// It must change exactly one row.
    is_guarded: bool,
}

/// Takes the values of a statement, in order.
pub(super) struct Values<'a>(&'a mut AnyArguments);

impl Values<'_> {
    pub fn bind<'t, T: Encode<'t, Any> + Type<Any>>(self, value: T) -> Self {
        self.0.add(value).expect("every type that is bound here can be encoded");
        self
    }
}

impl Later {
    /// Adds a statement. If `is_guarded`, it must change exactly one row.
    pub fn add(&mut self, sql: &str, is_guarded: bool) -> Values<'_> {
        self.statements.push(Statement { sql: renumbered(sql, self.values.len()), is_guarded });
        Values(&mut self.values)
    }

    pub fn len(&self) -> usize {
        self.statements.len()
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] if a guarded statement did not change exactly one row. Then the transaction is not to be committed,
    /// like after every error here.
    pub async fn send(&mut self, engine: Engine, db: &mut AnyConnection) -> Result<()> {
        let Self { statements, values } = std::mem::take(self);
        match engine {
            _ if statements.is_empty() => Ok(()),
            Engine::Sqlite => send_each(db, &statements, values).await,
            Engine::Postgres => send_as_one(db, &statements, values).await,
        }
    }
}

fn query(sql: String, values: AnyArguments) -> Query<'static, Any, AnyArguments> {
    sqlx::query_with(AssertSqlSafe(sql), values)
}

/// All statements in one text. SQLite stops at the first that fails.
async fn send_each(db: &mut AnyConnection, statements: &[Statement], values: AnyArguments) -> Result<()> {
    let sql = statements.iter().map(|statement| statement.sql.as_str()).collect::<Vec<_>>().join("; ");
    let mut answers = db.fetch_many(query(sql, values));
    let mut done = statements.iter();
    while let Some(answer) = answers.try_next().await? {
        if let Either::Left(result) = answer
            && done.next().is_some_and(|statement| statement.is_guarded)
        {
            exactly_one(result.rows_affected())?;
        }
    }
    Ok(())
}

/// All statements as parts of one. It answers how many rows each guarded one changed.
async fn send_as_one(db: &mut AnyConnection, statements: &[Statement], values: AnyArguments) -> Result<()> {
    if let [Statement { sql, is_guarded }] = statements {
        let done = query(sql.clone(), values).execute(db).await?;
        return if *is_guarded { exactly_one(done.rows_affected()) } else { Ok(()) };
    }
    let parts = statements.iter().enumerate().map(|(number, Statement { sql, is_guarded })| {
        let answer = if *is_guarded { " RETURNING 1" } else { "" };
        format!("part_{number} AS ({sql}{answer})")
    });
    let counts = statements.iter().enumerate().filter(|(_, statement)| statement.is_guarded);
    let counts: Vec<String> = counts.map(|(number, _)| format!("(SELECT COUNT(*) FROM part_{number})")).collect();
    let wanted = if counts.is_empty() { "1".to_owned() } else { counts.join(", ") };
    let sql = format!("WITH {} SELECT {wanted}", parts.collect::<Vec<_>>().join(", "));
    let row = query(sql, values).fetch_one(db).await?;
    (0..counts.len()).try_for_each(|count| exactly_one(row.try_get::<i64, _>(count)?.unsigned_abs()))
}

/// The statement with its places `$1, $2, …` numbered after so many others.
fn renumbered(sql: &str, after: usize) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let place: usize = part[..digits].parse().expect("a dollar sign in a statement begins a place");
        text += &format!("${}{}", place + after, &part[digits..]);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_numbered_after_those_of_earlier_statements() {
        assert_eq!(super::renumbered("UPDATE a SET b = $2 WHERE c = $1", 0), "UPDATE a SET b = $2 WHERE c = $1");
        assert_eq!(super::renumbered("UPDATE a SET b = $2, d = COALESCE($10, d) WHERE c = $1", 9), "UPDATE a SET b = $11, d = COALESCE($19, d) WHERE c = $10");
        assert_eq!(super::renumbered("SAVEPOINT a", 9), "SAVEPOINT a");
    }
}
