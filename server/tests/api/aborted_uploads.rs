//! An upload whose sender leaves at any moment ends with an artifact, or without a file.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use ::server::artifacts::{file, spool::Spool, uploads::Uploads};
use ::server::sessions::open;
use ::server::store;
use futures::TryStreamExt as _;

use crate::support::{Parts, SOON, eventually, on_each_engine, photos};

/// Drives some work, and drops it when it would go on for one more time than this.
async fn dropped_after<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// How many files the storage has, and how many of them are artifacts.
async fn files(parts: &Parts) -> (usize, usize) {
    let ids: Vec<_> = parts.kit.storage.list().try_collect().await.expect("lists the storage");
    let ids: Vec<_> = ids.into_iter().flatten().collect();
    let mut db = parts.kit.store.read().await.expect("a connection");
    let known = store::artifacts::count_known(&mut db, &ids).await.expect("counts");
    (ids.len(), usize::try_from(known).expect("a number"))
}

on_each_engine!(an_upload_that_is_given_up_leaves_no_file_without_an_artifact, Parts);
async fn an_upload_that_is_given_up_leaves_no_file_without_an_artifact(parts: Parts) {
    let uploads = Uploads::default();
    let (mut given_up, mut filed) = (0, 0);
    // How many times an upload has to wait depends on how busy the machine is, so it may be stored sooner than the time before.
    for polls in 1..=12 {
        let session = parts.session("demo").await;
        let opened = open::by_ref(&parts.kit, session).await.expect("opens");
        let room = file::begin(&parts.kit, &uploads, &opened, Some("selfie_url")).await.expect("has room");
        let mut spool = Spool::new(parts.installation.home(), &parts.kit.ambient, room).await.expect("a temporary file");
        spool.write(photos::small()).await.expect("writes");
        let spooled = spool.finish().await.expect("ends");
        let filing = file::file(&parts.kit, &uploads, &opened, spooled, Some("selfie_url"), None);
        match dropped_after(polls, filing).await {
            Some(kept) => {
                assert!(kept.expect("stored").is_new);
                filed += 1;
            }
            None => given_up += 1,
        }
    }
    assert!(given_up > 0 && filed > 0, "{given_up} given up, {filed} stored");
    eventually("every file is an artifact", SOON, async || {
        let (stored, known) = files(&parts).await;
        (stored == known).then_some(())
    })
    .await;
}
