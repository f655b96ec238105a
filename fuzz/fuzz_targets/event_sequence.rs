#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bedrill::fuzzing::event_sequence(data));
