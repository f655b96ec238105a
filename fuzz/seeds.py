#!/usr/bin/env python3
"""Write the seeds of the fuzz targets: fuzz/corpus/TARGET/seed-*.

    python3 fuzz/seeds.py           write them all
    python3 fuzz/seeds.py --check   fail when the files differ from what would be written

Written from the specifications, with fixtures/make.py for the wire, and not from the Rust code. What the fuzzer found
is kept beside the seeds under other names and is left alone. Standard library only.
"""

import hashlib
import json
import pathlib
import random
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent / "fixtures"))
sys.dont_write_bytecode = True

import make  # noqa: E402

# Frames --------------------------------------------------------------------------------------------------------

SHORT = {"headers": [("n", 7, "v")], "bytes": b"{}"}
BUDGETS = {None: 0, 64: 0x20, 256: 0x40, 1024: 0x60}


def cut(body, sizes=(), fits=False, budget=None, shown=False):
    """An input of the frame targets: flags, piece sizes, body."""
    flags = len(sizes) | (0x10 if fits else 0) | BUDGETS[budget] | (0x80 if shown else 0)
    return bytes([flags, *sizes]) + body


def trues(names):
    """Headers that are true: a name and a type are all they have."""
    return b"".join(make.header(b"%d" % name if isinstance(name, int) else name, b"\0") for name in names)


def header_blocks():
    """Blocks of headers, each with one thing about it: good ones first, then those that break a rule."""
    for number, size in make.SIZES.items():
        values = dict.fromkeys([bytes(size), b"\xff" * size, bytes(range(size)), b"\x80" + bytes(max(size - 1, 0))])
        yield from (make.header(b"name", bytes([number]) + value[:size]) for value in values)
    for number in (6, 7):
        for value in (b"", b"a", "gr\u00fc\u00dfe".encode(), b"x" * 255, b"x" * 256):
            yield make.header(b"name", bytes([number]) + make.sized(value))
    yield from (b"", trues(["\u4e16".encode()]), make.header(b"n" * 255, b"\x01"), trues([b"n", b"N"]))
    yield from (trues(range(count)) for count in (2, 8, 9, 10, 40))
    # No name, not UTF-8, twice, unknown types, past the end.
    yield from (b"\0\0", b"\0", trues([b"\xff"]))
    yield from (make.header(b"n", number + b"\0\x02\xc3\x28") for number in (b"\x07", b"\x06"))
    for count in (2, 9, 12):
        yield from (trues([*range(count - 1), twice]) for twice in (0, count - 2))
    yield from (make.header(b"n", bytes([number])) for number in (10, 11, 64, 127, 128, 255))
    for number, size in make.SIZES.items():
        for have in dict.fromkeys([0, size // 2, max(size - 1, 0)]):
            yield make.header(b"name", bytes([number]) + bytes(have))
    for tail in (b"\x06", b"\x06\0", b"\x07\0\x03ab", b"\x07\xff\xffab", b"\x06\0\x01"):
        yield make.header(b"n", tail)
    yield from (b"\x04nam", b"\xff", b"n")


def random_frame(rng):
    """A frame with headers of any type; sometimes with the names that Bedrock uses."""
    headers = []
    names = [":message-type", ":event-type", ":exception-type", ":error-code", ":error-message", ":content-type"]
    names += ["a", "b", "name", "\u00fc", "x" * 40]
    for name in rng.sample(names, rng.randrange(0, 6)):
        number = rng.choice([7, 7, 7, 0, 1, 2, 3, 4, 5, 6, 8, 9])
        if number in (6, 7):
            texts = ["event", "exception", "error", "messageStop", "", "application/json", "z" * 30]
            value = make.sized(rng.choice(texts).encode())
        else:
            value = rng.randbytes(make.SIZES[number])
        headers.append(make.header(name.encode(), bytes([number]) + value))
    return make.frame_around(b"".join(headers), rng.randbytes(rng.choice([0, 1, 5, 30, 90])))


def frame_seeds():
    rng = random.Random(7)
    short = make.frame_bytes(SHORT)
    yield from (b"", cut(b""))
    for case in make.CASES.values():
        for sizes in ((), (1,), (7, 0, 200), (13, 1, 1, 90)):
            yield cut(case["body"], sizes, shown=True)
    for at in range(len(short)):
        yield cut(short[:at], (3,))
        flipped = bytearray(short)
        flipped[at] ^= 1 << rng.randrange(8)
        yield cut(bytes(flipped) + short, (5, 2))
    for block in header_blocks():
        yield cut(make.frame_around(block, b"payload"), (11,), shown=True)
    for total, headers_len in [(0, 0), (15, 0), (16, 0), (16, 1), (17, 2), (100, 85), (2**32 - 1, 0), (2**31, 9)]:
        yield cut(make.frame_around(b"", b"", total, headers_len), shown=True)
        yield cut(short + make.frame_around(b"", b"", total, headers_len), (9,))
    for budget in (64, 256, 1024):
        for size in (budget - 17, budget - 16, budget - 15):
            yield cut(short + make.frame_around(b"", bytes(size)), (40,), budget=budget, shown=True)
    for garbage in (b"<html>502</html>", b'{"message":"no"}', bytes(16), b"\xff" * 16, b"HTTP/1.1 200 OK\r\n\r\n"):
        yield cut(garbage, (4,), shown=True)
    for count in (1023, 1024, 1025):
        yield cut(make.frame_around(trues(b"%04d" % name for name in range(count))), (255,), shown=True)
    for value in (make.sized(b"x" * length) for length in (32767, 32768, 65535)):
        yield cut(make.frame_around(make.header(b"n", b"\x07" + value)), (250,))
        yield cut(make.frame_around(make.header(b"n", b"\x06" + value)))
    yield cut(short * 600, (100, 250, 29))
    yield cut(b"{}" + short, (1,), shown=True)
    for size in (8 << 10, 20 << 10):
        yield cut(make.frame_around(b"", bytes(size)) + short, (255, 255, 1))
    for _ in range(360):
        frames = b"".join(random_frame(rng) for _ in range(rng.choice([1, 1, 2, 3])))
        if rng.randrange(6) == 0:
            frames = frames[: rng.randrange(len(frames))]
        sizes = tuple(rng.choice([0, 1, 2, 11, 12, 13, 50, 255]) for _ in range(rng.randrange(5)))
        yield cut(frames, sizes, budget=rng.choice([None, None, None, 256]), shown=rng.randrange(4) == 0)


def corrected_seeds(seed, count):
    """Frames whose checksums are left at zero, or whose lengths are any: the target puts them right."""
    rng = random.Random(seed)
    for block in header_blocks():
        yield cut(make.frame_around(block, b"{}")[:-4] + bytes(4), (rng.randrange(1, 40),), shown=rng.randrange(2) == 0)
    for _ in range(count):
        frames = b"".join(random_frame(rng) for _ in range(rng.choice([1, 2, 3])))
        yield cut(frames, (rng.randrange(1, 60),), fits=rng.randrange(2) == 0)
    for _ in range(count // 4):
        yield cut(rng.randbytes(rng.randrange(16, 90)), (rng.randrange(1, 60),), fits=True)
    for total in (0, 15, 2**25 + 1, 2**32 - 1):
        yield cut(make.frame_around(b"", b"", total, 0))


def round_trip_seeds():
    rng = random.Random(11)

    def script(headers, payload=b"{}", at=5, bit=77):
        return struct.pack(">HHB", at, bit, len(payload)) + payload + b"".join(headers)

    def text(name, value):
        return make.header(name, b"\x07" + bytes([len(value)]) + value)

    sizes = make.SIZES.items()
    everything = [make.header(b"t%d" % number, bytes([number]) + rng.randbytes(size)) for number, size in sizes]
    yield b""
    for headers in [
        [],
        everything,
        [text(b"text", b"hello"), make.header(b"bytes", b"\x06\x03\0\x80\xff"), text(b"none", b"")],
        [make.header(b"same", b"\0"), make.header(b"same", b"\1")],
        [trues([b""])],
        [b"\xff\x00"],
        [make.header(b"long", b"\xff")],
        [text(b":message-type", b"event"), text(b":event-type", b"stop")],
        [text(b":message-type", b"exception"), text(b":exception-type", b"stop")],
        [make.header(b"%d" % index, bytes([index])) for index in range(10)],
        [trues([b"n"]), b"\xfe"],
    ]:
        yield script(headers)
    yield script([text(b":error-code", b"c"), text(b":error-message", b"m")], b"")
    for at in range(30):
        yield script([text(b"n", b"v")], bytes(rng.randrange(4)), at, rng.randrange(30 * 8))
    for _ in range(20):
        headers = rng.sample(everything, rng.randrange(1, 8))
        yield script(headers, rng.randbytes(rng.randrange(60)), rng.randrange(65536), rng.randrange(65536))


# Events --------------------------------------------------------------------------------------------------------


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


CITATION = {
    "title": "T", "source": "s", "sourceContent": [{"text": "passage"}],
    "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 9}},
}
USAGE = {
    "inputTokens": 9, "outputTokens": 17, "totalTokens": 26, "cacheReadInputTokens": 0, "cacheWriteInputTokens": 4,
    "cacheDetails": [{"ttl": "5m", "inputTokens": 4}],
}
STARTS = [
    {"toolUse": {"toolUseId": "t1", "name": "rain", "type": "server_tool_use"}},
    {"toolResult": {"toolUseId": "t1", "type": "x", "status": "success"}},
    {"image": {"format": "png"}}, {"text": ""}, {"reasoningContent": {}}, {"new": 1}, {}, {"a": 1, "b": 2},
    {"toolUse": None},
]
DELTAS = [
    {"text": "Rain \u2602 \"quoted\" \n"}, {"text": ""}, {"toolUse": {"input": '{"a":'}},
    {"toolResult": [{"text": "x"}, {"json": {"a": [1]}}, {"new": True}]},
    {"reasoningContent": {"text": "so"}}, {"reasoningContent": {"signature": "sig"}},
    {"reasoningContent": {"redactedContent": "AAEC"}}, {"citation": CITATION},
    {"citation": {"location": {"web": {"url": "https://a.example", "domain": "a.example"}}}},
    {"image": {"source": {"bytes": "AAEC"}}}, {"image": {"error": {"message": "no"}}}, {"new": {}}, {"text": 1},
    {"text": "a", "citation": None},
]
ASSESSMENT = {
    "topicPolicy": {"topics": [{"name": "t", "type": "DENY", "action": "BLOCKED"}]},
    "contentPolicy": {"filters": [{"type": "HATE", "confidence": "LOW", "action": "NONE"}]},
    "wordPolicy": {"customWords": [{"match": "w", "action": "BLOCKED"}], "managedWordLists": []},
    "invocationMetrics": {"guardrailProcessingLatency": 3},
}
EVENTS = [
    [{"role": "assistant"}, {"role": "user", "p": "abc"}, {"role": "of tomorrow"}, {}, {"role": None}, {"role": 1}],
    [{"contentBlockIndex": 0, "start": start} for start in STARTS],
    [
        *({"contentBlockIndex": 1, "delta": delta, "p": "abcDEF01"} for delta in DELTAS),
        {"delta": {"text": "a"}},
        *({"contentBlockIndex": index, "delta": {"text": "a"}} for index in (-1, 4294967296, 1.0, 1.5)),
        *({"contentBlockIndex": 0, "delta": {"text": "a"}, "p": padding} for padding in ("not padding!", 7)),
    ],
    [{"contentBlockIndex": 3}, {"contentBlockIndex": "3"}, []],
    [
        {"stopReason": "end_turn"},
        {"stopReason": "tool_use", "additionalModelResponseFields": {"a": 1e300, "b": -0.0, "c": 18446744073709551615}},
        {"stopReason": "of tomorrow", "new": [None]},
    ],
    [
        {"usage": USAGE, "metrics": {"latencyMs": 412}},
        {"performanceConfig": {"latency": "optimized"}, "serviceTier": {"type": "priority"}},
        {"trace": {"promptRouter": {"invokedModelId": "m"}, "guardrail": {"inputAssessment": {"g": {}}}}},
        {"trace": {"guardrail": {"modelOutput": ["x"], "actionReason": "y", "outputAssessments": {"g": [ASSESSMENT]}}}},
    ],
    [{"any": "thing"}, None, 1, "text", []],
]
CONTENT = [
    {"text": "Hi"}, {"toolUse": {"toolUseId": "t", "name": "n", "input": {"a": 1}}},
    {"toolResult": {"toolUseId": "t", "content": [{"text": "x"}, {"json": 1}], "status": "error"}},
    {"image": {"format": "png", "source": {"bytes": "iVBORw=="}}},
    {"document": {"format": "pdf", "name": "d", "source": {"s3Location": {"uri": "s3://b/k"}}}},
    {"video": {"format": "mp4", "source": {"bytes": "AA=="}}},
    {"reasoningContent": {"reasoningText": {"text": "so", "signature": "s"}}},
    {"reasoningContent": {"redactedContent": "AAEC"}}, {"cachePoint": {"type": "default", "ttl": "1h"}},
    {"guardContent": {"text": {"text": "x", "qualifiers": ["query"]}}},
    {"citationsContent": {"content": [{"text": "c"}], "citations": [CITATION]}}, {"new": {"a": 1}},
]
TOOLS = [
    {"toolSpec": {"name": "n", "description": "d", "inputSchema": {"json": {"type": "object"}}}},
    {"cachePoint": {"type": "default"}}, {"systemTool": {"name": "s"}},
]
REQUEST = {
    "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
    "messages": [{"role": "user", "content": CONTENT}],
    "inferenceConfig": {"maxTokens": 64, "temperature": 0.5, "topP": 1, "stopSequences": ["x"]},
    "toolConfig": {"tools": TOOLS, "toolChoice": {"tool": {"name": "n"}}},
    "guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled"},
    "additionalModelRequestFields": {"k": [1, 2.5, None]}, "additionalModelResponseFieldPaths": ["/a"],
    "promptVariables": {"v": {"text": "x"}}, "requestMetadata": {"a": "b"},
    "performanceConfig": {"latency": "standard"}, "serviceTier": {"type": "flex"},
}


def event_json_seeds():
    def output(content):
        message = {"role": "assistant", "content": content}
        answer = {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE, "metrics": {"latencyMs": 1}}
        return b"\x09" + compact(answer)

    for kind, payloads in enumerate(EVENTS):
        yield from (bytes([kind]) + compact(payload) for payload in payloads)
        yield bytes([kind])
        yield bytes([kind]) + b'{"contentBlockIndex":0,"contentBlockIndex":1,"delta":{"text":"a"}'
    yield b'\x02 { "p" : "x" , "delta" : { "text" : "\\u00e9\\ud83d\\ude00\\u001b" } , "contentBlockIndex" : 7 } '
    yield b'\x02{"contentBlockIndex":0,"contentBlockIndex":1,"delta":{"text":"a"}}'
    yield b"\x06" + b"[" * 140 + b"]" * 140
    for item in CONTENT:
        yield output([item])
        yield b"\x07" + compact({"messages": [{"role": "user", "content": [item]}]})
    yield output(CONTENT)
    yield b"\x07" + compact(REQUEST)
    yield from (b"\x07" + compact({name: member}) for name, member in REQUEST.items())
    for payload in ({"message": "m"}, {"message": 1}, {}, {"originalStatusCode": 500, "originalMessage": "x\u001b"}):
        yield b"\x08" + compact(payload)


def json_memory_seeds():
    def seed(kind, prefix, part, suffix, halvings=0):
        return bytes([kind, halvings, len(prefix)]) + prefix + bytes([len(suffix)]) + suffix + part

    parts = [b'{"":0},', b"[0],", b"{},", b"[],", b"0,", b'"",', b'"a":0,', b'{"a":[{}]},', b"null,", b'{"text":""},']
    for part in parts:
        yield seed(4, b'{"stopReason":"x","additionalModelResponseFields":[', part, b"0]}")
        yield seed(6, b'{"new":[', part, b"0]}")
        yield seed(7, b'{"output":{"message":{"role":"a","content":[', part, b'{"text":"a"}]}},"stopReason":"x"}')
        yield seed(8, b'{"inferenceProfileSummaries":[],"more":[', part, b"0]}")
    # As many as are just allowed.
    answer = b'{"output":{"message":{"role":"a","content":['
    for kind, prefix, part, suffix in (
        (2, b'{"contentBlockIndex":0,"delta":{"citation":{"sourceContent":[', b"{},", b"{}]}}}"),
        (2, b'{"contentBlockIndex":0,"delta":{"toolResult":[', b'{"json":{}},', b'{"text":""}]}}'),
        (5, b'{"trace":{"guardrail":{"outputAssessments":{"a":[', b"{},", b"{}]}}}}"),
        (7, answer, b'{"text":""},', b'{"text":"a"}]}},"stopReason":"x"}'),
        (7, answer + b'{"citationsContent":{"citations":[', b"{},", b'{}]}}]}},"stopReason":"x"}'),
        (7, answer, b'{"image":{"format":"","source":{"bytes":""}}},', b'{"text":"a"}]}},"stopReason":"x"}'),
        (8, b'{"inferenceProfileSummaries":[{"models":[', b"{},", b"{}]}]}"),
    ):
        yield from (seed(kind, prefix, part, suffix, halvings) for halvings in range(2, 6))
    yield seed(5, b'{"trace":{"guardrail":{"outputAssessments":{"a":[', b"{},", b"{}]}}}}")
    yield seed(7, b'{"output":{"message":{"role":"a","content":[{"citationsContent":{"citations":[', b"{},",
               b'{}]}}]}},"stopReason":"x"}')
    yield seed(8, b'{"inferenceProfileSummaries":[{"models":[', b"{},", b"{}]}]}")
    yield seed(2, b'{"contentBlockIndex":0,"delta":{"citation":{"sourceContent":[', b'{},', b"{}]}}}")
    yield seed(2, b'{"contentBlockIndex":0,"delta":{"toolResult":[', b'{"json":{}},', b'{"text":""}]}}')
    yield seed(2, b'{"contentBlockIndex":0,"delta":{"toolUse":{"input":"', b"x", b'"}}}')
    yield seed(2, b'{"contentBlockIndex":0,"delta":{"text":"', b"\\ud83d", b'"}}')
    yield seed(6, b"", b"[", b"")
    yield seed(6, b"{", b'"a":0,', b'"b":0}')


def event_sequence_seeds():
    rng = random.Random(13)

    def step(kind, block=0, text=""):
        text = text.encode()
        return bytes([kind, block, len(text)]) + text

    answer = [step(0), step(1, 0, "Rain "), step(2, 0, "falls"), step(4), step(5, 0, "end_turn"), step(6, 3), step(7)]
    tool = [step(9, 1, "rain"), step(10, 1, '{"a":'), step(10, 1, "1}"), step(4, 1)]
    thought = [step(11, 0, "so"), step(12, 0, "sig"), step(4, 0), step(13, 1), step(13, 1)]
    other = [step(14, 0, "png"), step(15, 0), step(16, 1, "t"), step(17, 1, "x"), step(18, 2, "c"), step(1, 2, "cited")]
    unknown = [step(8, 0, "?"), step(19, 0, "new"), step(20, 0, "new"), step(19, 1, "text"), step(19, 2), step(20, 3)]
    stop = [step(5, 0, "tool_use")]
    scripts = [[], answer, answer[:-3], answer[1:], [*answer[:1], *tool, *stop], [*thought, *stop], [*other, *stop]]
    scripts += [[*unknown, *stop], [*answer[:3], *tool, *thought, *answer[3:]], [*answer[:3], step(9, 0, "again")]]
    scripts += [[*tool[:2], *stop], [tool[1], *stop], [step(15, 0), *stop], [step(17, 0), *stop], [*tool, tool[0]]]
    scripts += [[*answer[:3], step(kind, block, "text")] for kind in (21, 22, 23) for block in range(4)]
    scripts += [[*answer, step(kind, block, "{}")] for kind in (21, 22, 23) for block in range(4)]
    scripts += [[step(23, 3, '{"contentBlockIndex":0}')], [step(23, 2, '{"x"')], [step(21, 0, '{"message":"m"}')]]
    for script in scripts:
        yield bytes([rng.choice([1, 7, 40, 200])]) + b"".join(script)
    everything = answer + tool + thought + other + unknown
    for _ in range(25):
        yield bytes([rng.randrange(256)]) + b"".join(rng.choice(everything) for _ in range(rng.randrange(2, 12)))


# Files ---------------------------------------------------------------------------------------------------------

PROFILES = [
    b"[default]\nregion = eu-west-1   # a comment\noutput=json\n",
    b"[profile dev]\nservices = local\ns3 =\n  max_concurrent_requests = 4\n  endpoint_url = x\n",
    b"[services local]\nbedrock_runtime =\n  endpoint_url = http://localhost:8080\nbedrock=\n  Endpoint_Url=u\n",
    b"[sso-session corp]\nsso_region = us-east-1\n[profile a]\nsso_session = corp\n",
    b"[default]\n[profile default]\na=1\n",
    b"[foo]\n[profile a b]\n[sso-sesion x]\n[]\n[profile \xc3\xa9]\n[ profile x ]\n[profile\ty]",
    b"[default]\nlong = first\n second\n\tthird\n\n; comment\n  # indented comment\n  fourth\n",
    b"\xef\xbb\xbf[default]\r\na = 1\r\nb = 2\rc = 3\n",
    b"[a] # comment\n[b];comment\n[c] trailing\n",
    b"[a\n", b"a = 1\n", b" a = 1\n", b"[a]\n b = 1\n", b"[a]\nb\n", b"[a]\n= b\n", b"[a]\nb =\n  c\n",
    b"[a]\nb =\n  = c\n", b"[a]\nb = \xff\n", b"[a]\nb = \0\n", b"\xff\xfe[\0a\0]\0", b"\xfe\xff\0[\0a\0]",
    b"[a]\nin valid = 1\nNAME = v\nname = w\nx = y = z\nc = d#e\nf = g ;h\n",
    b"[a]\nb = 1\n[a]\nb = 2\nc =\n",
    b"[profile \xc2\xa0x]\na\xc2\xa0= 1\n",
    b"[a]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = canary/+=\naws_session_token = t\n",
    b"[default]\ns3 =\n a = 1\ns3 =\n b = 2\n", b"\n\n\n", b"",
]


def profile_seeds():
    for file in PROFILES:
        yield struct.pack(">H", len(file)) + file
        yield b"\0\0" + file
    for one, other in zip(PROFILES, PROFILES[1:]):
        if len(one) < 255:
            yield struct.pack(">H", len(one)) + one + other
    variables = ["/home/you", "~/config", "/etc/c", "dev", "old", "C:\\Users\\me", "D:", "\\home"]
    alone = [[value if at == index else " " for at, value in enumerate(variables)] for index in range(len(variables))]
    for flags in range(4):
        for values in [[], variables, *alone]:
            yield bytes([255, flags]) + "\n".join(values).encode()
        yield bytes([255, flags]) + b"\n~\n~user/x\n\n\n\nC:\n\\me"
        yield bytes([255, flags]) + b"/h/\n~//a/b\n~\\a\n \nx"


def ini_seeds():
    yield from (text.replace(b"[", b"\n").replace(b"]", b"\n") for text in PROFILES)
    yield b"a\nb=c\nd = e f = g\na\nh=i\nx/y\n1.2=3\nB=4\nb=5\n-=-\n:=:\na:b=c\nk=:v:\nl = a:b/c+d\n"
    yield b"one\n\ntwo\nx=1\nthree\n=\n = \na=\n=b\n"


MODEL = {
    "id": "amazon.nova-lite-v1:0", "name": "Nova Lite", "reasoning": False, "input": ["text", "image"],
    "cost": {"input": 0.06, "output": 0.24, "cacheRead": 0.015, "cacheWrite": 0},
    "contextWindow": 300000, "maxTokens": 5000,
}
PROVIDER = {
    "baseUrl": "https://bedrock-runtime.us-east-1.amazonaws.com", "api": "bedrock-converse-stream", "auth": "aws-sdk",
    "models": [MODEL],
}
DISCOVERY = {
    "enabled": True, "region": "us-east-1", "providerFilter": ["anthropic", "amazon"], "refreshInterval": 3600,
    "defaultContextWindow": 32000, "defaultMaxTokens": 4096,
}
CONFIG = {
    "models": {"bedrockDiscovery": DISCOVERY, "providers": {"amazon-bedrock": PROVIDER}},
    "agents": {"defaults": {"model": {"primary": "amazon-bedrock/amazon.nova-lite-v1:0"}}},
    "auth": {"preferBearer": True},
}
DISCOVERIES = [
    {"enabled": 1}, {"region": "Not A Region"}, {"region": ""}, {"providerFilter": "anthropic"},
    {"providerFilter": ["a", 1]}, {"refreshInterval": -1}, {"refreshInterval": 1.9}, {"refreshInterval": 1e300},
    {"defaultContextWindow": 0}, {"defaultMaxTokens": -5}, {"defaultMaxTokens": "many"}, {"regoin": "x"},
    {"colour": "x"}, {"enabled": None},
]
MODELS = [
    {}, {"id": ""}, {"id": "m"}, {"id": 1}, {"id": "m", "contextWindow": 0, "maxTokens": 1.5},
    {"id": "m", "cost": {"input": -1, "outputs": 2}}, {"id": "m", "cost": 1}, {"id": "m", "input": ["smell"]},
    {"id": "m", "input": "text"}, {"id": "m", "reasoning": "yes"}, [],
]
PROVIDERS = [{"baseUrl": "ftp://x"}, {"baseUrl": 1}, {"api": "other"}, {"auth": "key"}, {"models": {}}, 1]
PRIMARIES = ["bedrock/x", "aws-bedrock/x", "x", "arn:aws:bedrock:x", "amazon-bedrock/", 1, {"primary": "y"}]


def config_seeds():
    yield compact(CONFIG)
    yield json.dumps(CONFIG, indent=2).encode()
    for discovery in DISCOVERIES:
        yield compact({"models": {"bedrockDiscovery": discovery}})
        yield compact({"plugins": {"entries": {"amazon-bedrock": {"config": {"discovery": discovery}}}}})
    for provider in [*PROVIDERS, *({"models": [model, model]} for model in MODELS)]:
        yield compact({"models": {"providers": {"amazon-bedrock": provider}}})
    for model in [*PRIMARIES, *({"primary": primary} for primary in PRIMARIES)]:
        yield compact({"agents": {"defaults": {"model": model}}})
    yield from (b"", b"// nothing\n", b"\xef\xbb\xbf{}", b"[" * 600, b"{a: 1, $b_2: 2, 'c d': 3,}")
    yield b"{models: {bedrockDiscovery: {enabled: true, enabled: false, // twice\n region: 'eu-west-1'}}}"
    yield from (b"{auth: {preferBearer: false}} /* end */", b"{auth: {preferBearer: 'no'}}")
    yield b"['single', \"it\\'s\", 'line \\\n break', '\\x41\\v\\0\\q\\u00e9\\ud83d\\ude00']"
    yield from (b"[+1, .5, 5., 0xFF, -Infinity, NaN, 1e3]", b"\r\n{\r a:\n 1\r\n}")
    yield from (b"{a: word}", b"{a 1}", b"{a: 1 b: 2}", b"{a: 1", b"[1, 2", b"/* open", b"{} {}")
    yield from (b"{a: 'open", b"{a: '\\ud83d'}", b"{a: 0x}", b"{a: @}")


# Files of variables --------------------------------------------------------------------------------------------


def error_answer_seeds():
    """Who asks for what, the status, headers, the message and its form: see the lists of src/error_answer.rs."""
    known = lambda *numbers: bytes([len(numbers) - 1, *numbers])  # noqa: E731
    code = lambda number: bytes([1, 0]) + known(number)  # noqa: E731
    for word in range(16):
        for choice in (0, 3, 0x40 | word % 6, 0x80 | word % 6):
            yield bytes([choice, 100]) + code(word % 8) + known(word) + bytes([word % 4]) + known(word % 8)
    for header in range(6):
        yield bytes([header, 103, 1, header]) + known(7) + known(15) + bytes([3])
        yield bytes([header, header, 1, header, 0, 0xC0 + 13]) + b"text/html; x=1" + known(0, 15) + bytes([0])
    for status in range(0, 256, 16):
        yield bytes([0, status, 0, 0, 0xC0 + 4]) + b"\x1b[2J" + bytes([0])
        yield bytes([status, status, 0]) + known(15, 1) + bytes([2])


def dotenv_seeds():
    values = [
        b"", b"b", b"b c", b"'b c'", b'"b c"', b"b # comment", b"# comment", b"b#c", b"'it", b'"open', b"it's",
        b'"a\\n\\t\\r\\"\\$\\q\\\\"', b"'two\nlines'", b'"two\r\nlines" # end', b"$B", b"${B:-c}", b"$(id)", b"C:\\x",
        b"'a'b", b"'a' b", b'"a"#b', b"\xff\xfe", b"\xc3\xa9", b"a\x00b",
    ]
    for value in values:
        yield b"A=" + value
        yield b"export A = " + value + b"\r\nB=1\n"
    yield b"\n".join(b"V%d=%s" % (number, value) for number, value in enumerate(values))
    yield b"\xef\xbb\xbfAWS_REGION=eu-west-1\n\n# comment\nOTHER = two words\nexport BEDRILL_MODEL='m'\n"
    yield from (b"", b"=", b"export", b"export A", b"exportA=1", b"1A=1", b"A.B=1", b"A", b"\n\n", b"A=1\rB=2")


# Proxies -------------------------------------------------------------------------------------------------------


def proxies_seeds():
    values = [
        b"", b"http://proxy:3128", b'"https://me:pass@proxy"', b" 'proxy:1' \r", b"http://[fd00::1]:8080/", b"[::1", b"fd00::1",
        b"http//proxy", b"foo:bar:baz", b"ftp://x", b"http://a b", b"http://proxy:99999", b"socks5h://p:1080", b"http://me@@p",
    ]
    lists = [
        b"*", b"a.test", b".a.test", b"*.a.test", b"a.test.", b"A.test:443", b"https://a.test/x", b"10.0.0.0/8", b"10.0.0.1",
        b"fd00::/8", b"[fd00::1]:443", b"fd00::1", b"b.test a.test", b"'a.test'", b"10.0.0.0/99", b".", b"*.", b"a.test/24",
    ]
    hosts = [b"a.test", b"x.A.test.", b"10.0.0.1", b"[fd00::1]", b"xa.test", b"\xff"]
    for value in values:
        yield value + b"\na.test\na.test"
    for entry in lists:
        for host in hosts:
            yield b"proxy\n" + entry + b"\n" + host
    yield b"p\n" + b",".join(lists[1:]) + b"\na.test"


# Credentials ---------------------------------------------------------------------------------------------------

KEYS = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "canary", "Expiration": "2026-11-22T03:23:31Z"}
ISSUED = {"Code": "Success", **KEYS, "Token": "token"}
PROCESS = {"Version": 1, **KEYS, "SessionToken": "token"}
SSO = {
    "accessToken": "token", "expiresAt": "2026-11-22T03:23:31Z", "refreshToken": "refresh", "clientId": "id",
    "clientSecret": "canary", "registrationExpiresAt": "2099-01-01T00:00:00UTC", "region": "us-east-1",
    "nested": {"list": [1, "x"]},
}
SSO_ANSWER = {"accessToken": "new", "expiresIn": 3600, "refreshToken": "next"}
ISSUED_BY_LOGIN = {
    "accessKeyId": "ASIA", "secretAccessKey": "canary", "sessionToken": "t", "accountId": "1",
    "expiresAt": "2026-11-22T03:23:31Z",
}
LOGIN = {
    "accessToken": ISSUED_BY_LOGIN, "clientId": "id", "refreshToken": "r",
    "dpopKey": "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n", "tokenType": "aws_sigv4",
}
RENEWED = {"accessKeyId": "ASIA2", "secretAccessKey": "canary2", "sessionToken": "t2"}
LOGIN_ANSWER = {"accessToken": RENEWED, "expiresIn": 900, "refreshToken": "r2"}
ROLE = {"accessKeyId": "ASIA", "secretAccessKey": "canary", "sessionToken": "t", "expiration": 1651516560000}
STS = (
    '<?xml version="1.0"?>\n<!-- a comment --><AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>"
    "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>canary&amp;&#x2f;&#47;</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2026-11-22T03:23:31Z</Expiration><Empty/></Credentials>"
    "</AssumeRoleResult></AssumeRoleResponse>\n"
)
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/me</Arn><UserId>A</UserId>"
    "<Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
REFUSAL = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no&#27;</Message></Error></ErrorResponse>"
INSTANTS = [
    "2024-02-29T23:59:60.123456789123+01:30", "2023-02-29T00:00:00Z", "0000-01-01T00:00:00-23:59",
    "9999-12-31t23:59:59z", "1969-12-31 23:59:59.5Z", "2026-04-31T00:00:00Z", "2026-11-22T03:23:31",
    "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T03:23:31.Z", "2026-11-22T03:23:31+24:00",
    "2026-11-22T03:23:31Z ", "20261122T032331Z",
]
# The forms of an answer from STS, once each.
EDITS = [
    ("</Credentials>", "</Other>"), ("?>", ""), ("<?xml", "<!DOCTYPE x><?xml"), ("<?xml", "more<?xml"),
    *(("&amp;", text) for text in ("&lt;&gt;&quot;&apos;", "&nbsp;", "&#xD800;", "&#0;", "&")),
    *(("<Empty/>", text) for text in ("<![CDATA[x]]>", "<?php ?>", "< Empty/>", "<1/>", "<a>" * 20, "<!-- open")),
    ("<Empty/>", "<Empty"), ("<Empty/>", '<Empty a="b>" c=\'d>\'></Empty>'), ("2026-11-22T03:23:31Z", "tomorrow"),
    ("<AccessKeyId>ASIA</AccessKeyId>", ""), ("<AccessKeyId>ASIA", "<AccessKeyId>two words"),
    *(("</AssumeRoleResponse>", text) for text in ("", "</AssumeRoleResponse><more/>", "</AssumeRoleResponse>more")),
]


def changed(document):
    """The document without a member, with a wrong type, with blanks, with what fits into no header."""
    for name in document:
        yield {key: value for key, value in document.items() if key != name}
        for value in (None, 1, "", "  ", "two words", "caf\u00e9", [], {"a": "b"}, -1, 1.5):
            yield {**document, name: value}


def credential_seeds():
    rng = random.Random(17)

    def document(source, body, more=0):
        body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else compact(body)
        return bytes([source, more]) + body

    def pair(source, file, answer, more=0):
        return document(source, compact(file) + b"\0" + compact(answer), more)

    for source, good in ((0, ISSUED), (1, ISSUED), (2, PROCESS)):
        yield document(source, good)
        yield document(source, {name.upper(): value for name, value in good.items()})
        variants = list(changed(good))
        yield from (document(source, variant) for variant in (variants if source == 2 else rng.sample(variants, 25)))
    yield from (document(0, {**ISSUED, "Expiration": instant}) for instant in INSTANTS)
    yield document(2, {**PROCESS, "Version": 2})
    yield document(0, {"Code": "AssumeRoleUnauthorizedAccess", "Message": "no"})
    yield document(0, {"Code": "not a code/=="})
    for more in range(8):
        for body in ({"code": "Denied", "message": "no\u001b"}, {"message": "no"}, "<html>"):
            yield document(1, body, more)
        yield document(6, {"error": "invalid_grant", "error_description": "canary", "message": "m"}, more)
        yield from (document(source, REFUSAL, more) for source in (3, 4))
        yield pair(7, SSO, {"error": "invalid_grant", "error_description": "canary"}, more)
    for source in (0, 2, 6, 7, 8):
        for body in ("", " \n", "[]", "1", "{", '{"a":1,"A":2}', "{}", "null", '{"a":' * 130, "\xff", b"\xff"):
            yield document(source, body)
    for body in (STS, "\ufeff" + STS, b"\xff", "", "<!-- nothing -->"):
        yield document(3, body)
    yield document(3, "<ErrorResponse><Error><Code>C</Code></Error></ErrorResponse>", 2)
    for old, new in EDITS:
        assert old in STS, old
        yield document(3, STS.replace(old, new, 1))
    for old, new in (("", ""), ("<Account>1</Account>", ""), ("user/me", "user me")):
        yield document(4, IDENTITY.replace(old, new))
    for text in ("TOKEN==", " TOKEN \n", "", "two words", "role-name\nanother", "a/b", "x" * 129, b"\xff"):
        yield document(5, text)
    for role in (ROLE, *changed(ROLE), {**ROLE, "expiration": 2**64 - 1}, 1):
        yield document(6, {"roleCredentials": role})
    yield document(6, '{"roleCredentials":{"a":1,"A":2}}')
    long_lives = ({"expiresIn": 2**63}, {"expiresIn": 10**12})
    for answer in (SSO_ANSWER, *changed(SSO_ANSWER), *({**SSO_ANSWER, **life} for life in long_lives), {}):
        yield pair(7, SSO, answer)
    for file in (*changed(SSO), {**SSO, "registrationExpiresAt": "2020-01-01T00:00:00Z"}):
        yield pair(7, file, SSO_ANSWER)
    yield document(8, LOGIN)
    for file in (LOGIN, *changed(LOGIN), *({**LOGIN, "accessToken": token} for token in changed(ISSUED_BY_LOGIN))):
        yield pair(8, file, LOGIN_ANSWER)
    for answer in (*changed(LOGIN_ANSWER), *({**LOGIN_ANSWER, **life} for life in long_lives)):
        yield pair(8, LOGIN, answer)


# Requests to sign ----------------------------------------------------------------------------------------------


def sign_seeds():
    rng = random.Random(19)
    paths = [
        b"model/us.amazon.nova-lite-v1%3A0/converse-stream",
        b"model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse",
        b"model/anthropic.claude:0/converse",
        b"foundation-models?byProvider=amazon&byInferenceType=ON_DEMAND",
        b"inference-profiles?nextToken=a%2Bb%3D%3D&maxResults=100&typeEquals",
        b"", b"?", b"a//b/./c/../d/.", b"../../x", b"%zz%4/%",
        b"%C3%A9?%c3%a9=%2f&b=+&a=1&a=0&&=x&x==y",
        b"~-_.!$'()*+,;=:@?~-_.!$'()*+,;=:@/?",
    ]
    headers = [
        b"content-type:application/json\naccept: application/vnd.amazon.eventstream \n",
        b"X-Amz-Target:a   b\nx-a:1\nx-a: 2\nuser-agent:me\nx-amzn-trace-id:t\nconnection:close\n",
        b"host:other.example\nx-amz-date:20200101T000000Z\nx-amz-security-token:old\nauthorization:old\n",
        b'q:"a   b"\nempty:\nproxy-authorization:x\nte:trailers\nbad name:x\nno colon\namz-sdk-request:attempt=1\n',
        b"",
    ]
    for path in paths:
        for _ in range(4):
            head = struct.pack(">BBI", rng.randrange(64), rng.randrange(32), rng.randrange(2**32))
            yield head + path + b"\n" + rng.choice(headers) + b"\n" + rng.choice([b"", b"{}", rng.randbytes(40)])
    for flags in range(64):
        head = struct.pack(">BBI", flags, flags % 32, 1_440_938_160)
        yield head + rng.choice(paths) + b"\n" + rng.choice(headers) + b"\n{}"


TARGETS = {
    "frames": frame_seeds(), "frames_valid_crc": corrected_seeds(2, 40), "frames_vs_smithy": corrected_seeds(3, 60),
    "frames_round_trip": round_trip_seeds(), "event_json": event_json_seeds(), "json_memory": json_memory_seeds(), "event_sequence": event_sequence_seeds(),
    "profile": profile_seeds(), "profile_vs_ini": ini_seeds(), "config": config_seeds(),
    "dotenv": dotenv_seeds(), "error_answer": error_answer_seeds(), "proxies": proxies_seeds(),
    "credential_json": credential_seeds(), "sign_vs_aws": sign_seeds(),
}


def files():
    for target, seeds in TARGETS.items():
        for seed in seeds:
            # Named by what it holds, so that a new seed renames no other.
            yield ROOT / "corpus" / target / f"seed-{hashlib.sha256(seed).hexdigest()[:12]}", seed


def main():
    expected = dict(files())
    present = set(ROOT.glob("corpus/*/seed-*"))
    if "--check" in sys.argv:
        differing = [path for path in expected if not path.is_file() or path.read_bytes() != expected[path]]
        differing += present - expected.keys()
        if differing:
            sys.exit("not as fuzz/seeds.py writes them: " + ", ".join(map(str, sorted(differing))))
        return
    for path in present - expected.keys():
        path.unlink()
    for path, seed in expected.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(seed)


if __name__ == "__main__":
    main()
