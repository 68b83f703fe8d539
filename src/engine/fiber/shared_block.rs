//! In place of `lent_block`, where threads cannot lend their thread-locals: all fibers share those of
//! the carrier.

/// There is none.
#[derive(Debug)]
pub(crate) enum LentBlock {}

pub(crate) fn has_own_thread_locals() -> bool {
    false
}

pub(crate) fn fix_hash_keys() {}

pub(crate) fn renew_hash_keys() {}

impl LentBlock {
    pub(crate) fn take() -> Option<Self> {
        None
    }

    pub(crate) fn handle(&self) -> usize {
        match *self {}
    }

    pub(crate) fn first(&self) -> impl FnOnce() + 'static {
        match *self {}
        #[allow(unreachable_code)]
        || ()
    }

    pub(crate) fn on<T>(&self, _: impl FnOnce() -> T) -> T {
        match *self {}
    }

    pub(crate) fn keep(&self) {
        match *self {}
    }

    pub(crate) fn put_back(&self) {
        match *self {}
    }

    pub(crate) fn has_changed(&self) -> bool {
        match *self {}
    }

    pub(crate) fn enter(&self, _: &OwnBlock) {
        match *self {}
    }
}

#[derive(Debug)]
pub(crate) struct OwnBlock;

impl OwnBlock {
    pub(crate) fn current() -> Self {
        OwnBlock
    }

    pub(crate) fn restore(&self) {
        let OwnBlock = self;
    }
}

pub(crate) fn keep_block() {}

pub(crate) fn exit_thread() {}

pub(crate) fn exit_fiber() {}

pub(crate) fn at_next_local(_: fn(&u8)) {}

pub(crate) fn is_exiting() -> bool {
    false
}

pub(crate) fn lender_id() -> Option<i32> {
    None
}
