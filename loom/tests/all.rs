//! Each model, in every order of its threads.

/// How often a thread may be interrupted where it need not stop, in one run. With 4 it takes two minutes
/// (`LOOM_MAX_PREEMPTIONS`), and nothing else was found.
const PREEMPTIONS: usize = 3;

fn check(model: fn()) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(PREEMPTIONS);
    builder.check(model);
}

macro_rules! check {
    ($($models:ident: $($model:ident)*;)*) => {$($(
        #[test]
        fn $model() {
            check(bedrill_loom::$models::$model);
        }
    )*)*};
}

check! {
    models_of_flight:
        all_get_the_one_answer
        a_parked_caller_blocks_nobody
        a_wake_up_while_a_caller_polls_is_passed_on
        a_caller_that_leaves_takes_no_wake_up_along
        the_last_caller_ends_the_question
        after_a_panic_the_other_caller_asks_anew;
    models_of_process:
        the_end_of_a_process_wakes_who_waits
        the_task_that_polled_last_is_woken
        dropping_the_future_waits_until_the_process_has_ended
        a_silent_process_ends_with_its_future
        a_process_without_output_ends_with_its_future
        a_thread_that_fails_is_an_error
        the_answer_of_a_call_reaches_who_waits
        a_call_goes_on_without_its_future;
}
