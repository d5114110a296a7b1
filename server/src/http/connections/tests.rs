//! Whose connection is closed, with a limit of 20.

use super::*;

const LIMIT: usize = 20;

fn address(number: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, number])
}

fn enter(connections: &Arc<Connections>, number: u8) -> Connection {
    connections.try_enter(address(number), LIMIT).expect("there is room")
}

fn some_within(limit: usize, connections: &Arc<Connections>, number: u8, doing: Doing, count: usize) -> Vec<Connection> {
    let entered = |_| {
        let connection = connections.try_enter(address(number), limit).expect("there is room");
        connection.now(doing);
        connection
    };
    (0..count).map(entered).collect()
}

fn some(connections: &Arc<Connections>, number: u8, doing: Doing, count: usize) -> Vec<Connection> {
    some_within(LIMIT, connections, number, doing, count)
}

/// The positions of those that were closed.
fn closed(connections: &[Connection]) -> Vec<usize> {
    (0..connections.len()).filter(|at| connections[*at].leave.is_cancelled()).collect()
}

#[test]
fn below_half_nobody_loses_a_connection() {
    let connections = Arc::default();
    let one = some(&connections, 1, Doing::Idle, LIMIT / 2);
    let others: Vec<_> = (2..4).map(|number| enter(&connections, number)).collect();
    assert_eq!(closed(&one[..LIMIT / 2 - 1]).len() + closed(&others).len(), 1, "only the second of the others came above half");
    drop((one, others));
    assert!(connections.lock().by_address.is_empty() && connections.lock().count == 0, "nothing is kept of addresses without connections");
}

#[test]
fn an_address_alone_has_the_whole_share() {
    let connections = Arc::default();
    let all = some(&connections, 1, Doing::Idle, LIMIT);
    assert_eq!(closed(&all), [0; 0]);
    let _more = (enter(&connections, 1), enter(&connections, 1));
    assert_eq!(closed(&all), [0, 1], "the oldest make room");
}

#[test]
fn above_half_the_largest_address_loses_its_oldest_idle_connection() {
    let connections = Arc::default();
    let small = some(&connections, 2, Doing::Idle, 1);
    let large = some(&connections, 1, Doing::Working, 15);
    large[7].now(Doing::Sending);
    large[9].now(Doing::Idle);
    large[3].now(Doing::Idle);
    let _first = enter(&connections, 3);
    assert_eq!((closed(&large), closed(&small)), (vec![9], vec![]));
    let _second = enter(&connections, 3);
    let _third = enter(&connections, 3);
    assert_eq!((closed(&large), closed(&small)), (vec![3, 9], vec![]), "below the limit no more than that");
}

#[test]
fn at_the_limit_idle_ones_go_first_then_those_that_send_and_none_that_is_worked_on() {
    let connections = Arc::default();
    let small = some(&connections, 2, Doing::Idle, 1);
    let large = some(&connections, 1, Doing::Working, LIMIT - 1);
    large[5].now(Doing::Sending);
    large[7].now(Doing::Idle);
    let first = enter(&connections, 3);
    assert_eq!(closed(&large), [7]);
    drop(first);
    let _second = enter(&connections, 3);
    assert_eq!((closed(&large), closed(&small)), (vec![5, 7], vec![]), "an address within its share loses nothing before");
    let _third = enter(&connections, 4);
    assert_eq!(closed(&small), [0], "but before a newcomer has to wait");
}

#[test]
fn a_newcomer_counts_for_its_own_address() {
    for doing in [Doing::Draining, Doing::Waiting, Doing::Sending] {
        let connections = Arc::default();
        let all = some(&connections, 1, doing, LIMIT);
        let own = enter(&connections, 1);
        own.now(Doing::Working);
        let _other = enter(&connections, 2);
        assert_eq!(closed(&all).len(), 2, "{doing:?}: one for its own newcomer, and one for another's");
    }
}

#[test]
fn an_address_with_its_share_takes_no_place_from_one_that_has_less() {
    let connections = Arc::default();
    let small = some(&connections, 2, Doing::Idle, 3);
    let large = some(&connections, 1, Doing::Working, LIMIT - 3);
    assert_eq!(connections.try_enter(address(1), LIMIT).err(), Some(Full::HasShare));
    large[4].now(Doing::Waiting);
    let _more = enter(&connections, 1);
    assert_eq!((closed(&large), closed(&small)), (vec![4], vec![]));
}

#[test]
fn what_was_refused_goes_first_and_what_is_sent_last() {
    let connections = Arc::default();
    let all = some(&connections, 1, Doing::Working, LIMIT);
    all[1].now(Doing::Sending);
    all[2].now(Doing::Waiting);
    all[3].now(Doing::Idle);
    all[4].now(Doing::Draining);
    for last in 1..=4 {
        let _newcomer = enter(&connections, 2);
        assert_eq!(closed(&all), (5 - last..=4).collect::<Vec<_>>());
    }
    assert_eq!(connections.try_enter(address(3), LIMIT).err(), Some(Full::Busy));
}

#[tokio::test]
async fn a_newcomer_waits_while_all_are_worked_on() {
    let connections = Arc::default();
    let all = some(&connections, 1, Doing::Working, LIMIT);
    assert_eq!(connections.try_enter(address(2), LIMIT).err(), Some(Full::Busy));
    let waiting = connections.changed.notified();
    all[3].now(Doing::Idle);
    waiting.await;
    assert!(connections.try_enter(address(2), LIMIT).is_ok());
    assert_eq!(closed(&all), [3]);
}

#[tokio::test]
async fn no_more_newcomers_wait_than_there_is_room_for() {
    let connections = Arc::<Connections>::default();
    let all = some_within(CONNECTIONS, &connections, 1, Doing::Working, CONNECTIONS);
    assert!(connections.enter(address(1)).is_none(), "an address with its share does not wait");
    let mut aside: Vec<_> = (0..ASIDE).map(|_| connections.enter(address(2)).expect("waits")).collect();
    assert!(connections.enter(address(2)).is_none(), "a 201st is dropped at once");
    let waiting = tokio::spawn(aside.pop().expect("one that waits").entered());
    assert!(connections.enter(address(2)).is_none(), "it still waits");
    all[7].now(Doing::Idle);
    assert!(waiting.await.expect("no panic").is_some());
    assert!(connections.enter(address(2)).is_some(), "and leaves its place");
}

#[test]
fn no_more_leave_at_once_than_there_is_room_for() {
    let connections = Arc::default();
    let all: Vec<_> = (0..LIMIT + LEAVING).map(|_| enter(&connections, 1)).collect();
    assert!(connections.try_enter(address(2), LIMIT).is_err(), "{} are leaving", closed(&all).len());
}
