use super::*;
use futures_util::{FutureExt, future::join};

const CHEAP: HashConfig = HashConfig { memory_kib: 8, passes: 1, lanes: 1, at_once: 1, wait: Duration::from_secs(60) };

fn password(text: &str) -> Password {
    Password::attempt(text).unwrap()
}

#[tokio::test]
async fn a_hash_fits_its_password_only() {
    let hasher = PasswordHasher::new(CHEAP).unwrap();
    let hash = hasher.hash(&password("one"), [1; 16]).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
    assert!(hasher.verify(&password("one"), Some(&hash)).await.unwrap());
    assert!(!hasher.verify(&password("two"), Some(&hash)).await.unwrap());
    // One accent, typed in two ways.
    let accented = hasher.hash(&password("caf\u{e9} au lait"), [2; 16]).await.unwrap();
    assert!(hasher.verify(&password("cafe\u{301} au lait"), Some(&accented)).await.unwrap());
    let salted = hasher.hash(&password("one"), [3; 16]).await.unwrap();
    assert_ne!(hash, salted);
    assert_eq!(hasher.computations(), 6);
}

#[tokio::test]
async fn without_a_hash_the_work_is_the_same_and_the_answer_no() {
    let hasher = PasswordHasher::new(CHEAP).unwrap();
    for (number, hash) in [None, Some(""), Some("$2b$12$abc"), Some("$argon2id$v=19$m=8")].into_iter().enumerate() {
        assert!(!hasher.verify(&password("one"), hash).await.unwrap(), "{hash:?}");
        assert_eq!(hasher.computations(), number as u64 + 1);
    }
    // What is verified instead is a hash that can be read, of these costs.
    assert!(PasswordHash::new(&hasher.dummy).is_ok());
    assert!(!hasher.is_outdated(&hasher.dummy));
}

#[tokio::test]
async fn costs_are_told_by_the_hash() {
    let hasher = PasswordHasher::new(CHEAP).unwrap();
    let hash = hasher.hash(&password("one"), [1; 16]).await.unwrap();
    assert!(!hasher.is_outdated(&hash));
    let others = [
        HashConfig { memory_kib: 16, ..CHEAP },
        HashConfig { passes: 2, ..CHEAP },
        HashConfig { memory_kib: 16, lanes: 2, ..CHEAP },
    ];
    for other in others {
        let other = PasswordHasher::new(other).unwrap();
        assert!(other.is_outdated(&hash), "{}", other.dummy);
        assert!(other.verify(&password("one"), Some(&hash)).await.unwrap(), "old hashes are still good");
    }
    assert!(hasher.is_outdated(&hash.replace("argon2id", "argon2i")));
    let error = PasswordHasher::new(HashConfig { memory_kib: 7, ..CHEAP }).unwrap_err().to_string();
    assert!(error.contains("7 KiB"), "{error}");
}

#[tokio::test]
async fn a_computation_waits_for_its_turn_and_not_for_ever() {
    // Long enough not to end before the other one has been refused.
    let slow = HashConfig { memory_kib: 8 * 1024, passes: 3, wait: Duration::ZERO, ..CHEAP };
    let hasher = PasswordHasher::new(slow).unwrap();
    let (one, two) = (password("one"), password("two"));
    let (first, second) = join(hasher.hash(&one, [1; 16]), hasher.hash(&two, [2; 16])).await;
    first.unwrap();
    assert!(matches!(second, Err(AccountError::Busy)), "{second:?}");
    assert_eq!(hasher.computations(), 1);
    hasher.hash(&two, [2; 16]).await.unwrap();
}

#[tokio::test]
async fn who_is_given_up_keeps_the_turn_until_the_memory_is_free() {
    let slow = HashConfig { memory_kib: 8 * 1024, passes: 3, wait: Duration::ZERO, ..CHEAP };
    let hasher = PasswordHasher::new(slow).unwrap();
    let one = password("one");
    let mut given_up = Box::pin(hasher.hash(&one, [1; 16]));
    assert!((&mut given_up).now_or_never().is_none());
    drop(given_up);
    assert!(matches!(hasher.hash(&one, [2; 16]).await, Err(AccountError::Busy)));
}
