# shellcheck shell=bash
# What .ci/ministack and .ci/aimock share: checks of the `bedrill` command against a third-party server.
#
# A script sources this file with two variables set: `peer`, the server's name, and `bedrill`, the path of the binary.
# It gets `scratch`, a folder that is removed at the end, when the server whose process id the script put in
# `server_pid` is stopped. The server's output belongs in "$scratch/server.log"; its last lines are shown on failure.

bedrill=$(realpath -e -- "$bedrill")
scratch=$(mktemp -d -t "bedrill-$peer.XXXXXX")
home=$scratch/home
mkdir "$home"
: >"$scratch/server.log"
server_pid=
passed=0

clean_up() {
  local status=$?
  trap - EXIT INT TERM
  trap '' PIPE # a reader that went away must not keep the folder from being removed
  set +e
  if [[ -n $server_pid ]]; then
    kill "$server_pid" 2>/dev/null
    for _ in {1..50}; do
      kill -0 "$server_pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$server_pid" 2>/dev/null
  fi
  if ((status != 0)) && [[ -s $scratch/server.log ]]; then
    echo "$peer: the end of the server's output:" >&2
    tail -n 15 "$scratch/server.log" >&2
  fi
  rm -rf -- "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# fail TEXT: ends the script.
fail() {
  echo "$peer: FAILED: $1" >&2
  exit 1
}

# chat KEY_ID SECRET ARGUMENT...: runs `bedrill chat ARGUMENT...` with this key and nothing else of our environment, in
# an empty home folder. Leaves `status`, "$scratch/stdout" and "$scratch/stderr".
chat() {
  local key_id=$1 secret=$2
  shift 2
  status=0
  (
    cd "$home"
    exec env -i PATH="$PATH" HOME="$home" AWS_EC2_METADATA_DISABLED=true \
      AWS_ACCESS_KEY_ID="$key_id" AWS_SECRET_ACCESS_KEY="$secret" \
      timeout --kill-after=5 30 "$bedrill" chat "$@" --region us-east-1
  ) </dev/null >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
}

# expect CHECK STATUS STREAM PATTERN: the last `chat` ended with STATUS, and its stdout or stderr matches the glob PATTERN.
expect() {
  local check=$1 wanted=$2 stream=$3 pattern=$4
  # shellcheck disable=SC2053 # the right side is a pattern
  if [[ $status != "$wanted" ]] || ! [[ $(<"$scratch/$stream") == $pattern ]]; then
    printf 'exit code %s\n--- stdout\n%s\n--- stderr\n%s\n---\n' \
      "$status" "$(<"$scratch/stdout")" "$(<"$scratch/stderr")" >&2
    fail "$check: wanted exit code $wanted and on $stream: $pattern"
  fi
  passed=$((passed + 1))
  echo "$peer: ok: $check"
}
