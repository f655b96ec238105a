use super::*;

/// A block with one header: `name`, then `tail` for the type and the value.
fn header(name: &[u8], tail: &[u8]) -> Vec<u8> {
    let mut block = vec![u8::try_from(name.len()).unwrap()];
    block.extend_from_slice(name);
    block.extend_from_slice(tail);
    block
}

fn problem(block: &[u8]) -> HeaderProblem {
    match check(block) {
        Err(BlockError::Header { offset: 0, problem }) => problem,
        other => panic!("{block:?} gave {other:?}"),
    }
}

fn only_value(block: &[u8]) -> HeaderValue<'_> {
    check(block).unwrap();
    let mut headers = Headers::new(block);
    let value = headers.next().unwrap().value;
    assert_eq!(headers.next(), None);
    value
}

#[test]
fn each_type_is_read_big_endian_and_keeps_its_number() {
    let uuid = *b"0123456789abcdef";
    let uuid_tail = [&[9][..], &uuid].concat();
    let cases: [(&[u8], HeaderValue<'_>); 12] = [
        (&[0], HeaderValue::Bool(true)),
        (&[1], HeaderValue::Bool(false)),
        (&[2, 0xfb], HeaderValue::Byte(-5)),
        (&[3, 0xfe, 0xd4], HeaderValue::Int16(-300)),
        (&[4, 0, 1, 0xe2, 0x40], HeaderValue::Int32(123_456)),
        (&[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x85], HeaderValue::Int64(-123)),
        (&[6, 0, 2, 0xff, 0], HeaderValue::ByteArray(&[0xff, 0])),
        (&[6, 0, 0], HeaderValue::ByteArray(&[])),
        (&[7, 0, 3, b'a', 0xc3, 0xa9], HeaderValue::String("a\u{e9}")),
        (&[7, 0, 0], HeaderValue::String("")),
        (&[8, 0, 0, 0, 0, 0, 0, 1, 0], HeaderValue::Timestamp(256)),
        (&uuid_tail, HeaderValue::Uuid(uuid)),
    ];
    for (tail, expected) in cases {
        let block = header(b"n", tail);
        assert_eq!(only_value(&block), expected);
        assert_eq!(expected.type_number(), tail[0]);
    }
}

#[test]
fn a_value_may_be_as_long_as_its_length_can_say() {
    let long = vec![b'x'; usize::from(u16::MAX)];
    let block = header(b"n", &[&[7, 0xff, 0xff][..], &long].concat());
    assert_eq!(only_value(&block).as_str().unwrap().len(), 65_535);
}

#[test]
fn only_strings_have_text() {
    assert_eq!(HeaderValue::String("a").as_str(), Some("a"));
    assert_eq!(HeaderValue::ByteArray(b"a").as_str(), None);
}

#[test]
fn an_empty_name_is_refused() {
    assert_eq!(problem(&header(b"", &[0])), HeaderProblem::EmptyName);
    assert_eq!(problem(&[0]), HeaderProblem::EmptyName);
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    assert_eq!(problem(&header(&[0xff], &[0])), HeaderProblem::NameNotUtf8);
    assert_eq!(problem(&header(b"n", &[7, 0, 1, 0xff])), HeaderProblem::ValueNotUtf8);
    assert_eq!(only_value(&header(b"n", &[6, 0, 1, 0xff])), HeaderValue::ByteArray(&[0xff]));
}

#[test]
fn types_from_ten_on_are_refused() {
    for number in 10..=u8::MAX {
        assert_eq!(problem(&header(b"n", &[number])), HeaderProblem::UnknownType(number));
    }
}

#[test]
fn a_header_cut_anywhere_runs_past_the_end() {
    let mut whole: Vec<Vec<u8>> = (2..=9)
        .filter(|number| ![6, 7].contains(number))
        .map(|number| header(b"name", &[&[number][..], &[0; 16]].concat()))
        .map(|block| {
            let len = block.len() - RawHeader::split(&block).unwrap().1.len();
            block[..len].to_vec()
        })
        .collect();
    whole.extend([6, 7].map(|number| header(b"name", &[number, 0, 3, b'a', b'b', b'c'])));
    whole.push(header(b"name", &[0]));
    for block in whole {
        for end in 1..block.len() {
            assert_eq!(problem(&block[..end]), HeaderProblem::PastEnd);
        }
        check(&block).unwrap();
    }
}

#[test]
fn the_offset_is_that_of_the_header_at_fault() {
    let block = [header(b"first", &[0]), header(b"second", &[99])].concat();
    let expected = BlockError::Header { offset: 7, problem: HeaderProblem::UnknownType(99) };
    assert_eq!(check(&block), Err(expected));
}

#[test]
fn a_name_may_appear_once_however_many_headers_there_are() {
    for count in [2_usize, 3, 8, 9, 10, 100, 1024] {
        let named: Vec<Vec<u8>> =
            (0..count).map(|index| header(format!("h{index}").as_bytes(), &[0])).collect();
        check(&named.concat()).unwrap();
        for first in [0, (count - 1) / 2, count - 2] {
            let mut doubled = named.clone();
            doubled[count - 1] = doubled[first].clone();
            let offset = doubled[..count - 1].concat().len();
            let problem = HeaderProblem::DuplicateName;
            assert_eq!(check(&doubled.concat()), Err(BlockError::Header { offset, problem }));
        }
    }
}

#[test]
fn names_differ_by_case() {
    check(&[header(b"n", &[0]), header(b"N", &[0])].concat()).unwrap();
}

#[test]
fn one_header_over_the_limit_is_too_many() {
    let headers = |count: usize| -> Vec<u8> {
        (0..count).flat_map(|index| header(format!("{index}").as_bytes(), &[0])).collect()
    };
    check(&headers(MAX_HEADERS)).unwrap();
    assert_eq!(check(&headers(MAX_HEADERS + 1)), Err(BlockError::TooMany));
}

#[test]
fn a_header_is_found_by_its_exact_name() {
    let block = [header(b"a", &[0]), header(b"ab", &[2, 7])].concat();
    let find = |name| Headers::new(&block).find_value(name);
    assert_eq!(find("ab"), Some(HeaderValue::Byte(7)));
    assert_eq!(find("AB"), None);
    assert_eq!(find("b"), None);
}
