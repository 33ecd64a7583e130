//! What every node does alike: one list of rules, which the embedded node and a real memcached
//! keep, whichever protocol it is spoken to in.

mod memcacheds;
mod rules;
mod server;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::server::Server;
use super::*;
use crate::clock::SystemClock;

/// Long enough for a busy machine.
const PATIENT: Duration = Duration::from_secs(10);

fn embedded() -> Arc<dyn Node> {
    Arc::new(EmbeddedNode::new("n1:embedded", EmbeddedLimits::default(), Arc::new(SystemClock)))
}

macro_rules! every_node_keeps {
    ($($rule:ident),+ $(,)?) => {
        mod embedded_node {
            $(#[tokio::test]
            async fn $rule() {
                super::rules::$rule(super::embedded()).await;
            })+
        }
        mod memcached_node {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                if let Some(server) = super::Server::start() {
                    super::rules::$rule(server.node(super::PATIENT)).await;
                }
            })+
        }
        mod binary_node {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                if let Some(server) = super::Server::start() {
                    super::rules::$rule(server.binary_node(super::PATIENT)).await;
                }
            })+
        }
    };
}

every_node_keeps!(
    what_was_never_stored_is_none,
    what_was_stored_comes_back_with_its_flags,
    operations_of_an_exchange_see_what_those_before_them_did,
    an_exchange_fails_as_the_operation_would_that_fails,
    an_empty_value_is_a_value,
    a_large_value_comes_back_whole,
    set_replaces_value_and_flags,
    of_32_concurrent_adders_one_wins,
    a_write_bound_to_a_state_fails_when_the_state_has_changed,
    of_32_concurrent_writers_bound_to_one_state_one_wins,
    a_deletion_bound_to_a_state_fails_when_the_state_has_changed,
    deleting_says_whether_there_was_something,
    an_item_ends_when_its_time_is_up,
    touching_extends_an_item_and_changes_nothing_else,
    touching_can_end_the_end,
    more_than_30_days_is_no_date,
    a_key_that_could_be_a_command_is_refused,
    the_longest_key_is_taken,
    all_keys_are_listed,
    a_closed_node_works_again,
    dropped_operations_leave_the_node_usable,
);
