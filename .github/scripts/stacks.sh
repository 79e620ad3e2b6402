#!/usr/bin/env bash
# Give the job the stacks that can be deployed, for matrices: all of them, the canary, the rest.
# CANARY names the canary; otherwise it is the first. Pending stacks are named in the summary.
set -euo pipefail

listed=$(gateway-rules stacks --json)
ready=$(jq -c '[.stacks[] | select(.pending == []) | {stack, region}]' <<< "$listed")
canary=$(jq -c --arg name "${CANARY:-}" \
  'if $name == "" then .[:1] else map(select(.stack == $name)) end' <<< "$ready")
if [[ -n ${CANARY:-} && $canary == '[]' ]]; then
  echo "error: CANARY_STACK is $CANARY, which is no stack that can be deployed;" \
    "write one of: $(jq -r 'map(.stack) | join(", ")' <<< "$ready")" >&2
  exit 2
fi

jq -r '.stacks[] | .stack as $stack | .pending[]
  | "- `\($stack)` is pending: \(.message); \(.fix)"' <<< "$listed" >> "$GITHUB_STEP_SUMMARY"
{
  echo "all=$ready"
  echo "canary=$canary"
  echo "rest=$(jq -c --argjson canary "$canary" '. - $canary' <<< "$ready")"
} >> "$GITHUB_OUTPUT"
