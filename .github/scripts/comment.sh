#!/usr/bin/env bash
# comment.sh FILE: write FILE as a comment on PULL_REQUEST, over the one with the same first line.
set -euo pipefail
source "${BASH_SOURCE[0]%/*}/own.sh"

issues="repos/$GITHUB_REPOSITORY/issues"
comments="$issues/$PULL_REQUEST/comments"
id=$(own "$comments?per_page=100" "$1" | jq '.id')

to=(--method POST "$comments")
if [[ -n $id ]]; then
  to=(--method PATCH "$issues/comments/$id")
fi
jq -n --rawfile body "$1" '{$body}' | gh api "${to[@]}" --input - > /dev/null
