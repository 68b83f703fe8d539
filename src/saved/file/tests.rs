use std::env;
use std::process;
use std::thread;

use super::*;
use crate::schedule;
use crate::schedule::Step;

/// A path that no other test uses, with nothing there.
fn fresh(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("saved-schedules-{}-{name}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder.join("deep").join("test.txt")
}

#[test]
fn what_is_saved_is_loaded_once_and_in_order() {
    let file = File::new(fresh("order"));
    assert_eq!(file.load(), Ok(vec![]), "there is no file yet");
    let (first, second) = (schedule![a: x], schedule![b: "y z"]);
    for schedule in [&first, &second, &first] {
        file.save(schedule, "it failed").unwrap();
    }
    assert_eq!(file.load(), Ok(vec![first, second]));
    let text = fs::read_to_string(&file.path).unwrap();
    assert_eq!(text.matches("# it failed\n").count(), 2, "{text}");
}

#[test]
fn an_error_keeps_that_of_the_system() {
    let path = fresh("folder");
    fs::create_dir_all(&path).unwrap();
    let file = File::new(&path);
    for error in [
        file.load().unwrap_err(),
        file.save(&schedule![a: x], "it").unwrap_err(),
    ] {
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<io::Error>(), "{source:?}");
        assert!(error.to_string().ends_with(&source.to_string()), "{error}");
    }
}

#[test]
fn what_people_wrote_stays() {
    let path = fresh("people");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let by_hand = "# interlace: saved schedules, version 1\n# ours\na:x";
    fs::write(&path, by_hand).unwrap();
    File::new(&path).save(&schedule![b: y], "it").unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{by_hand}\n\n# it\nv2 b:y\n"));
}

#[test]
fn of_many_that_save_at_once_none_is_lost() {
    let file = File::new(fresh("many"));
    thread::scope(|scope| {
        for saver in 0..8 {
            let file = &file;
            scope.spawn(move || {
                for marker in 0..8 {
                    let step = Step::new(format!("t{saver}"), format!("m{marker}"));
                    file.save(&Schedule::new([step]), "it failed").unwrap();
                    // A reader sees whole entries only.
                    file.load().unwrap();
                }
            });
        }
    });
    assert_eq!(file.load().unwrap().len(), 64);
    let text = fs::read_to_string(&file.path).unwrap();
    assert_eq!(text.matches("version 1").count(), 1, "{text}");
}

#[test]
fn a_file_that_cannot_be_read_or_written_is_an_error_that_names_it() {
    let path = fresh("folder");
    // A folder in its place can be neither read nor written, even by root.
    fs::create_dir_all(&path).unwrap();
    let file = File::new(&path);
    for (error, did) in [
        (file.load().unwrap_err(), "read"),
        (file.save(&schedule![a: x], "it").unwrap_err(), "written"),
    ] {
        assert_eq!(error.kind(), ErrorKind::BadSaved);
        let begins = format!(
            "the saved schedules in {} could not be {did}: ",
            path.display()
        );
        assert!(error.to_string().starts_with(&begins), "{error}");
    }
}

#[test]
fn a_file_of_another_format_is_not_added_to() {
    let path = fresh("other");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "my notes").unwrap();
    let error = File::new(&path).save(&schedule![a: x], "it").unwrap_err();
    assert!(
        error.to_string().contains("line 1: it must be `# inter"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "my notes");
}
