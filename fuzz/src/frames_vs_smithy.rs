//! Frames beside `aws-smithy-eventstream`.

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::DateTime;
use aws_smithy_types::event_stream::{HeaderValue as TheirValue, Message};
use bedrill_eventstream::{DecodeError, Frame, HeaderProblem, HeaderValue};

use super::frames::Cut;

/// Frames, with their checksums corrected, beside `aws-smithy-eventstream`.
///
/// What we read, it reads in the same way, and it writes the same bytes. What we refuse or wait for, it refuses,
/// except:
///
/// - a name without bytes and a name that comes twice: the specification forbids both, it looks for neither;
/// - more than 1,024 headers, or a frame over the budget: it has no limits.
///
/// Which error it is may differ: it reads the headers before it knows that the checksum is right.
pub fn frames_vs_smithy(data: &[u8]) {
    let cut = Cut::of(data);
    let body = cut.corrected();
    let mut decoder = cut.decoder();
    decoder.push(&body);
    let mut rest = &body[..];
    loop {
        match decoder.next_frame() {
            Ok(Some(frame)) => {
                let (image, behind) = rest.split_at(frame.total_len());
                let message = read_message_from(image).expect("a frame that they accept");
                assert_same(&frame, &message);
                rest = behind;
            }
            Ok(None) => {
                assert!(read_message_from(rest).is_err());
                return;
            }
            Err(error) => {
                let is_stricter = matches!(
                    error,
                    DecodeError::OverBudget { .. }
                        | DecodeError::Header {
                            problem: HeaderProblem::EmptyName | HeaderProblem::DuplicateName,
                            ..
                        }
                );
                assert!(is_stricter || read_message_from(rest).is_err(), "{error}");
                return;
            }
        }
    }
}

fn assert_same(frame: &Frame, message: &Message) {
    assert_eq!(frame.payload(), &message.payload()[..]);
    assert_eq!(frame.headers().count(), message.headers().len());
    let mut is_long = false;
    for (ours, theirs) in frame.headers().zip(message.headers()) {
        assert_eq!(ours.name, theirs.name().as_str());
        let same = match (ours.value, theirs.value()) {
            (HeaderValue::Bool(ours), TheirValue::Bool(theirs)) => ours == *theirs,
            (HeaderValue::Byte(ours), TheirValue::Byte(theirs)) => ours == *theirs,
            (HeaderValue::Int16(ours), TheirValue::Int16(theirs)) => ours == *theirs,
            (HeaderValue::Int32(ours), TheirValue::Int32(theirs)) => ours == *theirs,
            (HeaderValue::Int64(ours), TheirValue::Int64(theirs)) => ours == *theirs,
            (HeaderValue::ByteArray(ours), TheirValue::ByteArray(theirs)) => {
                is_long |= ours.len() > 32_767;
                *ours == theirs[..]
            }
            (HeaderValue::String(ours), TheirValue::String(theirs)) => {
                is_long |= ours.len() > 32_767;
                ours == theirs.as_str()
            }
            (HeaderValue::Timestamp(ours), TheirValue::Timestamp(theirs)) => {
                DateTime::from_millis(ours) == *theirs
            }
            (HeaderValue::Uuid(ours), TheirValue::Uuid(theirs)) => u128::from_be_bytes(ours) == *theirs,
            _ => false,
        };
        assert!(same, "{ours:?} {theirs:?}");
    }
    let mut written = Vec::with_capacity(frame.total_len());
    match write_message_to(message, &mut written) {
        Ok(()) => assert_eq!(written, frame.as_bytes()),
        Err(error) => assert!(is_long, "{error}"),
    }
}
