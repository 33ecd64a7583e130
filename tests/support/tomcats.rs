//! What tests with real Tomcats set, and whether they can run.

use holdfast_tests::{Tomcat, memcached_is_missing, skip};

pub(crate) const SYNC: &str = "sessionBackupAsync=false";
/// Under load of other tests a backup may well take longer than MSM's 100 ms.
pub(crate) const PATIENT: &str = "sessionBackupTimeout=10000";
pub(crate) const KRYO: &str =
    "transcoderFactoryClass=de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory";

/// Whether there are Tomcats and a memcached; otherwise the test is noted as skipped.
pub(crate) fn can_run() -> bool {
    let missing = memcached_is_missing().then_some("memcached is not installed").or_else(Tomcat::missing);
    if let Some(why) = missing {
        skip(why);
    }
    missing.is_none()
}
