//! Which instance serves a call. A counter in the plugin's own memory tells.

use std::sync::Barrier;
use std::thread;

use holdfast::plugin::{Plugin, PluginError, PluginSettings, Reuse};
use tempfile::TempDir;

use crate::wat;

fn verbs(settings: &PluginSettings) -> (TempDir, std::sync::Arc<Plugin>) {
    wat::load(&wat::plugin(&wat::here().join("verbs")), settings)
}

/// How many calls the instance has served that serves this one, itself included.
fn count(plugin: &Plugin) -> u32 {
    let count = plugin.serialize(b"C...").unwrap();
    u32::from_le_bytes(count.try_into().unwrap())
}

#[test]
fn a_warm_instance_serves_call_after_call() {
    let (_folder, plugin) = verbs(&wat::warm(2, 1000));
    assert_eq!([count(&plugin), count(&plugin), count(&plugin)], [1, 2, 3]);
}

#[test]
fn an_instance_is_thrown_away_after_its_number_of_calls() {
    let (_folder, plugin) = verbs(&wat::warm(1, 3));
    let counts: Vec<u32> = (0..7).map(|_| count(&plugin)).collect();
    assert_eq!(counts, [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn where_instances_are_fresh_no_call_sees_another() {
    let (_folder, plugin) = verbs(&PluginSettings { reuse: Reuse::Fresh, ..wat::settings() });
    assert_eq!([count(&plugin), count(&plugin)], [1, 1]);
}

#[test]
fn a_failure_is_an_answer_and_the_instance_serves_on() {
    let (_folder, plugin) = verbs(&wat::warm(1, 1000));
    assert_eq!(count(&plugin), 1);
    let error = plugin.serialize(b"F").unwrap_err();
    assert!(matches!(&error, PluginError::Limit { text, .. } if text == "as was asked for"), "{error}");
    assert_eq!(count(&plugin), 3);
}

#[test]
fn an_instance_that_trapped_is_never_used_again() {
    let (_folder, plugin) = verbs(&wat::warm(1, 1000));
    assert_eq!(count(&plugin), 1);
    let error = plugin.serialize(b"T").unwrap_err();
    assert!(matches!(error, PluginError::Trapped { .. }), "{error}");
    assert_eq!(count(&plugin), 1);
}

#[test]
fn an_instance_that_was_stopped_is_never_used_again() {
    let (_folder, plugin) = verbs(&wat::warm(1, 1000));
    assert_eq!(count(&plugin), 1);
    let error = plugin.serialize(b"S").unwrap_err();
    assert!(matches!(error, PluginError::TimedOut { .. }), "{error}");
    assert_eq!(count(&plugin), 1);
}

#[test]
fn an_instance_whose_memory_grew_is_not_kept() {
    let (_folder, plugin) = verbs(&wat::warm(1, 1000));
    assert_eq!(count(&plugin), 1);
    // The limit is 16 MiB, a quarter of it is kept.
    plugin.serialize(b"G\x01").unwrap();
    assert_eq!(count(&plugin), 3);
    plugin.serialize(b"G\x03").unwrap();
    assert_eq!(count(&plugin), 1);
}

#[test]
fn a_caller_beyond_the_pool_gets_an_instance_of_its_own() {
    let (_folder, plugin) = verbs(&wat::warm(1, 1000));
    assert_eq!(count(&plugin), 1);
    let both = Barrier::new(2);
    thread::scope(|scope| {
        let spinning = scope.spawn(|| {
            both.wait();
            plugin.serialize(b"S").unwrap_err()
        });
        both.wait();
        // Were there only one instance, these would wait for the other call to be stopped and fail themselves.
        for _ in 0..100 {
            assert_eq!(plugin.serialize(b"abc").unwrap(), b"abc");
        }
        assert!(matches!(spinning.join().unwrap(), PluginError::TimedOut { .. }));
    });
}

#[test]
fn many_threads_call_one_plugin_and_each_gets_its_own_result() {
    for reuse in [wat::warm(2, 50).reuse, Reuse::Fresh] {
        let (_folder, plugin) = verbs(&PluginSettings { reuse, ..wat::settings() });
        thread::scope(|scope| {
            for thread in 0..64_u8 {
                let plugin = &plugin;
                scope.spawn(move || {
                    for call in 0..50_u8 {
                        let value = [b'x', thread, call].repeat(1 + usize::from(call));
                        assert_eq!(plugin.serialize(&value).unwrap(), value);
                        assert_eq!(plugin.deserialize(&value).unwrap(), value);
                    }
                });
            }
        });
    }
}
