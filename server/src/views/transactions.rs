//! Reads lists of transactions.

use std::collections::{BTreeMap, BTreeSet};

use app::dashboard::{
    damaged::{Damaged, Line},
    parts::{Newest, Rows},
    transactions::{Filter, TransactionRow, Transactions},
};
use shared::rule::Style;

use super::{
    Result, Views, line, mask,
    paging::{limit, newest, next, one_more},
    people::Customers,
    unless_damaged,
};
use crate::{
    clock::rfc3339,
    ids::{CustomerId, RowId as _, SessionRef, TransactionRef},
    model::{Customer, Stored},
    rules,
    store::{
        self, Listed,
        transaction_lists::{self as lists, WALK, Wanted},
    },
    transactions::show,
};

/// The address of the queue.
const QUEUE: &str = "/dashboard/transactions/queue";
/// The most that are counted.
const MAX_COUNT: i64 = 100;
/// The most that a page about something else shows.
const SHOWN: usize = 100;

impl Views<'_> {
    /// How many transactions wait for a person, or 100 if there are more.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn waiting_count(self) -> Result<u32> {
        let counted = lists::count_queue(&mut *self.kit.store.read().await?, MAX_COUNT).await?;
        Ok(u32::try_from(counted).unwrap_or_default())
    }

    /// A page of transactions, before this one.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn transactions(self, mut filter: Filter, wanted: &Wanted, before: Option<TransactionRef>) -> Result<Transactions> {
        filter.customer = Customers::of(self, wanted.customer.into_iter()).await?.shown(wanted.customer);
        let found = lists::list(&mut *self.kit.store.read().await?, &self.kit.vault, wanted, before.unwrap_or(TransactionRef::last()), limit()).await?;
        let (mut rows, walked_to) = (found.rows, found.walked_to);
        let first = filter.address(filter.status);
        let and = if first.contains('?') { '&' } else { '?' };
        let last = next(&mut rows, |transaction: &Stored| transaction.r#ref).or_else(|| walked_to.map(|last| last.row()));
        let page =
            Rows { rows: self.transaction_rows(rows).await?, older: last.map(|last| format!("{first}{and}before={last}")), newest: before.map(|_| first) };
        Ok(Transactions { filter, rules: self.rule_names().await?, page, looked_at: walked_to.map(|_| WALK) })
    }

    /// What a search did not find.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn no_transactions(self, filter: Filter) -> Result<Transactions> {
        let newest = Some(Filter::default().address(None));
        Ok(Transactions { filter, rules: self.rule_names().await?, page: Rows { rows: Vec::new(), older: None, newest }, looked_at: None })
    }

    /// The names of all rules, in order.
    async fn rule_names(self) -> Result<Vec<String>> {
        let all = unless_damaged(rules::list(self.kit).await)?.unwrap_or_default();
        let mut names: Vec<String> = all.iter().map(|version| version.rule.name.clone()).collect();
        names.sort();
        Ok(names)
    }

    /// The queue: what waits for a person after this one, oldest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn queue(self, after: Option<TransactionRef>) -> Result<Rows<Line<TransactionRow>>> {
        let mut found = lists::queue(&mut *self.kit.store.read().await?, &self.kit.vault, after, limit()).await?;
        let older = next(&mut found, |transaction: &Stored| transaction.r#ref).map(|last| format!("{QUEUE}?after={last}"));
        Ok(Rows { rows: self.transaction_rows(found).await?, older, newest: after.map(|_| QUEUE.to_owned()) })
    }

    /// The transaction that waits for a person next after this one.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn next_waiting(self, after: TransactionRef) -> Result<Option<TransactionRef>> {
        Ok(lists::next(&mut *self.kit.store.read().await?, after).await?)
    }

    /// The transactions of a customer that wait.
    pub(super) async fn waiting_of(self, customer: CustomerId) -> Result<Newest<Line<TransactionRow>>> {
        let found = lists::waiting_of(&mut *self.kit.store.read().await?, &self.kit.vault, customer, one_more(SHOWN)).await?;
        let Newest { rows, cut } = newest(found, SHOWN);
        Ok(Newest { rows: self.transaction_rows(rows).await?, cut })
    }

    /// The transactions that were held for a session, but for this one.
    pub(super) async fn held_for(self, session: SessionRef, but: Option<TransactionRef>) -> Result<Newest<Line<TransactionRow>>> {
        let mut found = lists::of_session(&mut *self.kit.store.read().await?, &self.kit.vault, session, one_more(SHOWN + 1)).await?;
        found.retain(|row| row.as_ref().map_or(true, |row| Some(row.r#ref) != but));
        let Newest { rows, cut } = newest(found, SHOWN);
        Ok(Newest { rows: self.transaction_rows(rows).await?, cut })
    }

    /// Rows of lists. A row whose details cannot be decrypted is a line of its own.
    async fn transaction_rows(self, found: Vec<Listed<Stored>>) -> Result<Vec<Line<TransactionRow>>> {
        let ids: Vec<CustomerId> = found.iter().flatten().map(|transaction| transaction.customer).collect::<BTreeSet<_>>().into_iter().collect();
        let shown = Customers::of(self, ids.iter().copied()).await?;
        let known = store::customers::by_ids(&mut *self.kit.store.read().await?, &ids).await?;
        let known: BTreeMap<CustomerId, Customer> = known.into_iter().flatten().map(|customer| (customer.id, customer)).collect();
        let mut rows = Vec::with_capacity(found.len());
        for transaction in found {
            rows.push(match transaction {
                Ok(transaction) => {
                    let customer = known.get(&transaction.customer);
                    let details = customer.map(|customer| unless_damaged(show::details(self.kit, customer, &transaction))).transpose()?.flatten();
                    match details {
                        Some((details, _)) => Ok(self.transaction_row(&transaction, &details.transaction_id, &shown)),
                        None => Err(Damaged(transaction.r#ref.row())),
                    }
                }
                Err(damaged) => Err(line(damaged)),
            });
        }
        Ok(rows)
    }

    pub(super) fn transaction_row(self, of: &Stored, id: &str, customers: &Customers) -> TransactionRow {
        TransactionRow {
            r#ref: of.r#ref.to_string(),
            id: mask::reference(id),
            status: of.state.status,
            amount: Style::Page(self.language).money(of.amount.into(), of.currency),
            direction: of.direction,
            kind: of.r#type.clone(),
            customer: customers.shown(Some(of.customer)),
            risk_score: of.risk_score,
            decided_by: of.decided_by.clone(),
            created_at: rfc3339(of.created_at),
            occurred_at: rfc3339(of.occurred_at),
        }
    }
}
