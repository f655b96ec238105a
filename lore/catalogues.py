"""The two public catalogues: the ids that they list, and what they say of a family."""

import json
import re
from collections import Counter, defaultdict

GEOGRAPHIES = "us eu apac jp au in ca global us-gov amer mx sa me il af".split()
CHAT = {"chat", "responses", "completion"}


def split_geography(model_id):
    head, dot, rest = model_id.partition(".")
    return (head, rest) if dot and head in GEOGRAPHIES else ("", model_id)


def stem(base):
    """The id without version and date: the rule of src/lore/id.rs."""
    head, colon, _ = base.partition(":")
    if found := re.fullmatch(r"(.*)-v\d+", head) or (colon and re.fullmatch(r"(.*)-\d{1,2}", head)):
        head = found[1]
    dated = re.fullmatch(r"(.*)-\d{8}", head)
    return dated[1] if dated else head


class Listed:
    """An id of a catalogue: its geography, region, family and data."""

    def __init__(self, key, data, rank):
        *path, model_id = key.split("/")
        self.data, self.rank = data, rank
        self.region = next((part for part in path if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d", part)), "")
        self.geography, self.base = split_geography(model_id)
        self.family = stem(self.base)


def read_pi(path):
    models = json.loads(path.read_text()).values()
    return [Listed(model["id"], model, 0) for model in models if model["type"] == "chat"]


def read_litellm(path):
    listed = []
    for key, data in json.loads(path.read_text()).items():
        if not str(data.get("litellm_provider", "")).startswith("bedrock") or data.get("mode") not in CHAT:
            continue
        model_id = key.rsplit("/", 1)[-1]
        # Anthropic's own platform, and spellings of other clouds.
        if "claude_platform" in key or "*" in key or "@" in key or "." not in split_geography(model_id)[1]:
            continue
        if re.match(r"claude-", model_id):
            continue
        rank = 3 if key.startswith("bedrock_mantle") else 2 if "/" in key else 1 if split_geography(model_id)[0] else 0
        listed.append(Listed(key, data, rank))
    return sorted(listed, key=lambda one: one.rank)


def by_family(listed, aliases):
    families = defaultdict(list)
    for one in listed:
        families[aliases.get(one.family, one.family)].append(one)
    return families


def first(listed, key):
    """The value of the id that is nearest to the family's own."""
    return next((one.data[key] for one in listed if one.data.get(key) is not None), None)


def words(names, order):
    return ",".join(word for word in order.split() if word in names) or None


def from_pi(listed):
    modalities = {word for one in listed for word in one.data["input"]}
    common = lambda key: Counter(one.data[key] for one in listed).most_common(1)[0][0]
    return {
        "contextWindow": common("contextWindow"),
        "maxOutput": min(one.data["maxTokens"] for one in listed),
        "input": words(modalities, "text image"),
        "reasoning.supported": common("reasoning"),
    }


def from_litellm(listed):
    # What the models' own ids, and profiles, say holds for Converse; other entries are of another endpoint.
    own = [one for one in listed if one.rank < 3]
    says = lambda key: first(own, key)
    found = {
        "contextWindow": first(listed, "max_input_tokens"),
        "maxOutput": first(listed, "max_output_tokens"),
        "tools": says("supports_function_calling"),
        "reasoning.supported": first(listed, "supports_reasoning"),
        "strictTools": says("bedrock_converse_supports_strict_tools"),
        "prefill": says("supports_assistant_prefill"),
        "promptCache.minTokens": says("prompt_cache_min_tokens"),
    }
    modalities = {"text"}
    for key, word in [("vision", "image"), ("pdf_input", "document"), ("video_input", "video"), ("audio_input", "audio")]:
        if first(listed, f"supports_{key}"):
            modalities.add(word)
    found["input"] = words(modalities, "text image document video audio")
    native = says("supports_bedrock_native_structured_output")
    found["structuredOutput"] = native if native is not None else says("supports_native_structured_output")
    if says("supports_sampling_params") is False:
        found["rejects"] = "temperature,topP,topK"
    if says("supports_forced_tool_use") is False:
        found["toolChoices"] = "auto"
    if says("cache_creation_input_token_cost_above_1hr"):
        found["promptCache.oneHour"] = True
    if says("supports_prompt_caching") is False:
        found["promptCache.in"] = "none"
    tiers = [tier for tier in ("flex", "priority") if says(f"input_cost_per_token_{tier}")]
    if tiers:
        found["tiers"] = ",".join(["default", *tiers])
    paths = says("supported_endpoints") or []
    dialects = [name for name, end in [("chat", "/chat/completions"), ("responses", "/responses")] if any(path.endswith(end) for path in paths)]
    if dialects:
        found["dialects"] = ",".join(dialects)
    return {member: value for member, value in found.items() if value is not None}
