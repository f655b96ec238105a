#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bedrill::fuzzing::frames_round_trip(data));
