//! Objects that a class of the JDK writes and that say nothing: locks, the segments of long ago.

use crate::classes::{ClassId, id};

/// Which hidden objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// The 16 segments that a ConcurrentHashMap had before JDK 8.
    Segments,
    /// Counter, conditions and locks of a LinkedBlockingQueue, locked as they are while it is written.
    QueueLocks,
    /// Lock and conditions of a LinkedBlockingDeque.
    DequeLock,
    /// The map inside of a ConcurrentSkipListSet.
    SkipListMap,
    /// The list inside of a CopyOnWriteArraySet.
    CopyOnWriteList,
}

/// One step through hidden objects, in the order of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// An object of the class begins.
    Object(ClassId),
    /// An array of the class begins, of so many elements.
    Array(ClassId, u32),
    /// Four bytes of a primitive field.
    Word(u32),
    /// Four bytes: how many elements the collection has.
    Count,
    /// The n-th object of this template, again.
    Again(u8),
}

use Piece::{Again, Array, Count, Object, Word};

const SYNC: ClassId = id("java.util.concurrent.locks.ReentrantLock$NonfairSync");
const LOCK: ClassId = id("java.util.concurrent.locks.ReentrantLock");
const CONDITION: ClassId = id("java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject");
const SEGMENT: ClassId = id("java.util.concurrent.ConcurrentHashMap$Segment");

static SEGMENTS: [Piece; 65] = segments();

const fn segments() -> [Piece; 65] {
    let one = [Object(SEGMENT), Object(SYNC), Word(0), Word(0x3f40_0000)];
    let mut all = [Array(id("[Ljava.util.concurrent.ConcurrentHashMap$Segment;"), 16); 65];
    let mut at = 1;
    #[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
    while at < all.len() {
        all[at] = one[(at - 1) % 4];
        at += 1;
    }
    all
}

const QUEUE_LOCKS: &[Piece] = &[
    Object(id("java.util.concurrent.atomic.AtomicInteger")),
    Count,
    Object(CONDITION),
    Object(SYNC),
    Word(1),
    Object(CONDITION),
    Object(SYNC),
    Word(1),
    Object(LOCK),
    Again(4),
    Object(LOCK),
    Again(2),
];
const DEQUE_LOCK: &[Piece] =
    &[Object(LOCK), Object(SYNC), Word(1), Object(CONDITION), Again(1), Object(CONDITION), Again(1)];
const SKIP_LIST_MAP: &[Piece] = &[Object(id("java.util.concurrent.ConcurrentSkipListMap"))];
const COPY_ON_WRITE_LIST: &[Piece] = &[Object(id("java.util.concurrent.CopyOnWriteArrayList"))];

impl Template {
    /// The steps.
    pub(crate) const fn pieces(self) -> &'static [Piece] {
        match self {
            Self::Segments => &SEGMENTS,
            Self::QueueLocks => QUEUE_LOCKS,
            Self::DequeLock => DEQUE_LOCK,
            Self::SkipListMap => SKIP_LIST_MAP,
            Self::CopyOnWriteList => COPY_ON_WRITE_LIST,
        }
    }
}
