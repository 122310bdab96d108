//! The end of a task that ran beside whoever waits for it.

use tokio::task::JoinError;

/// What it gave. If it panicked, so does whoever waits: nothing goes on with half of what was wanted. Nobody stops these tasks but
/// the runtime at its end, where whoever waits ends, too.
pub fn ended<T>(work: Result<T, JoinError>) -> T {
    match work {
        Ok(given) => given,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(stopped) => std::panic::resume_unwind(Box::new(stopped)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_task_gives_is_passed_on_and_so_is_its_panic() {
        assert_eq!(ended(tokio::spawn(async { 7 }).await), 7);
        let waits = async { ended(tokio::spawn(async { panic!("broken") }).await) };
        let panic = tokio::spawn(waits).await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"broken"));
    }
}
