//! What is replaced as a whole, or made once.

mod arc_swap {
    use super::super::*;

    #[test]
    fn load_store() {
        holds(|| {
            let (b, a, _) = two(
                ::arc_swap::ArcSwap::from_pointee(1),
                |s| **s.load(),
                |s| s.store(Arc::new(2)),
            );
            assert!(b == 1 || b == 2);
            (a, b)
        });
    }

    #[test]
    fn load_full_swap() {
        holds(|| {
            let (b, a, s) = two(
                ::arc_swap::ArcSwap::from_pointee(1),
                |s| *s.load_full(),
                |s| *s.swap(Arc::new(2)),
            );
            assert!(a == 1 && **s.load() == 2);
            b
        });
    }

    #[test]
    fn swap_swap() {
        holds(|| {
            let (a, b, s) = two(
                ::arc_swap::ArcSwap::from_pointee(1),
                |s| *s.swap(Arc::new(2)),
                |s| *s.swap(Arc::new(3)),
            );
            assert_eq!(a + b + **s.load(), 6);
            (a, b)
        });
    }

    #[test]
    fn rcu() {
        holds_in_part(|| {
            let add = |s: &::arc_swap::ArcSwap<u32>| {
                s.rcu(|it| **it + 1);
            };
            let (_, _, s) = two(::arc_swap::ArcSwap::from_pointee(0), add, add);
            assert_eq!(**s.load(), 2);
        });
    }

    #[test]
    fn option() {
        holds(|| {
            let (_, b, s) = two(
                ::arc_swap::ArcSwapOption::<u32>::from_pointee(Some(1)),
                |s| s.store(None),
                |s| s.load().as_ref().map(|it| **it),
            );
            assert!(s.load().is_none());
            b
        });
    }

    #[test]
    fn load_then_store() {
        fails(|| {
            let add = |s: &::arc_swap::ArcSwap<u32>| {
                let before = **s.load();
                s.store(Arc::new(before + 1));
            };
            let (_, _, s) = two(::arc_swap::ArcSwap::from_pointee(0), add, add);
            assert_eq!(**s.load(), 2);
        });
    }
}

mod once_cell {
    use super::super::*;

    #[test]
    fn get_or_init() {
        holds(|| {
            use ::once_cell::sync::OnceCell;
            let (a, b, _) = two(
                OnceCell::new(),
                |c| *c.get_or_init(|| 1),
                |c| *c.get_or_init(|| 2),
            );
            assert_eq!(a, b);
            a
        });
    }

    #[test]
    fn set_get() {
        holds(|| {
            use ::once_cell::sync::OnceCell;
            let (_, b, _) = two(OnceCell::new(), |c| c.set(1).is_ok(), |c| c.get().copied());
            b
        });
    }

    #[test]
    fn set_wait() {
        holds(|| {
            use ::once_cell::sync::OnceCell;
            let (_, b, _) = two(OnceCell::new(), |c| c.set(1).is_ok(), |c| *c.wait());
            assert_eq!(b, 1);
        });
    }

    #[test]
    fn lazy() {
        holds(|| {
            static LAZY: ::once_cell::sync::Lazy<Box<u32>> =
                ::once_cell::sync::Lazy::new(|| Box::new(3));
            both(|| **LAZY, || **LAZY)
        });
    }

    #[test]
    fn race_once_box() {
        holds(|| {
            use ::once_cell::race::OnceBox;
            let (a, b, _) = two(
                OnceBox::new(),
                |c| *c.get_or_init(|| Box::new(1)),
                |c| *c.get_or_init(|| Box::new(2)),
            );
            assert_eq!(a, b);
            a
        });
    }

    #[test]
    fn get_then_set() {
        fails(|| {
            use ::once_cell::sync::OnceCell;
            let set = |c: &OnceCell<u32>| {
                if c.get().is_none() {
                    c.set(1).unwrap()
                }
            };
            two(OnceCell::new(), set, set);
        });
    }
}
