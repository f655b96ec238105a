"""Prepares a MiniStack server for .ci/ministack: a user with a key, and an application inference profile.

Usage: ministack_setup.py URL

Waits for the server, then prints one line: ACCESS_KEY_ID SECRET_ACCESS_KEY PROFILE_ARN. Standard library only.
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

READY_WITHIN_SECONDS = 30
REQUEST_TIMEOUT_SECONDS = 10
MODEL_ARN = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
# MiniStack asks for bedrock:ConverseStream, where AWS asks for bedrock:InvokeModelWithResponseStream.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}],
}
# Loopback only: a proxy named in the environment must not see these requests.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wait_until_ready(url):
    """Returns once the server says that it is ready and that it checks signatures."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            with OPENER.open(f"{url}/_ministack/ready", timeout=1):
                pass
            with OPENER.open(f"{url}/_ministack/health", timeout=1) as response:
                health = json.load(response)
            break
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(f"not ready within {READY_WITHIN_SECONDS} seconds: {error}")
            time.sleep(0.1)
    if health["auth"] != "enabled":
        sys.exit("the server does not check signatures")


def call(url, service, path, content_type, body):
    """Sends a request as the root key `test`, whose scope routes it and whose signature is not checked."""
    now = time.gmtime()
    scope = f"{time.strftime('%Y%m%d', now)}/us-east-1/{service}/aws4_request"
    headers = {
        "Content-Type": content_type,
        "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", now),
        "Authorization": "AWS4-HMAC-SHA256 "
        f"Credential=test/{scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
    }
    request = urllib.request.Request(url + path, body, headers, method="POST")
    try:
        with OPENER.open(request, timeout=REQUEST_TIMEOUT_SECONDS) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{service} {path}: status {error.code}: {error.read().decode(errors='replace')}")


def iam(url, action, **parameters):
    """Calls an IAM action and returns its answer, an XML element."""
    form = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **parameters})
    content_type = "application/x-www-form-urlencoded"
    return ElementTree.fromstring(call(url, "iam", "/", content_type, form.encode()))


def main():
    (url,) = sys.argv[1:]
    wait_until_ready(url)
    iam(url, "CreateUser", UserName="bedrill")
    iam(url, "PutUserPolicy", UserName="bedrill", PolicyName="bedrock", PolicyDocument=json.dumps(POLICY))
    key = iam(url, "CreateAccessKey", UserName="bedrill")
    profile = {"inferenceProfileName": "bedrill", "modelSource": {"copyFrom": MODEL_ARN}}
    created = call(url, "bedrock", "/inference-profiles", "application/json", json.dumps(profile).encode())
    print(
        key.findtext(".//{*}AccessKeyId"),
        key.findtext(".//{*}SecretAccessKey"),
        json.loads(created)["inferenceProfileArn"],
    )


if __name__ == "__main__":
    main()
