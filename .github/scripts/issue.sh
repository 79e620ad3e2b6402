#!/usr/bin/env bash
# issue.sh FILE STATE TITLE: keep one open issue with FILE's first line. When STATE is open, it is
# opened or says what FILE says; when STATE is closed, it says so once more and is closed.
set -euo pipefail
source "${BASH_SOURCE[0]%/*}/own.sh"

issues="repos/$GITHUB_REPOSITORY/issues"
number=$(own "$issues?state=open&per_page=100" "$1" | jq '.number')

if [[ -n $number ]]; then
  jq -n --rawfile body "$1" --arg state "$2" '{$body, $state}' |
    gh api --method PATCH "$issues/$number" --input - > /dev/null
elif [[ $2 == open ]]; then
  jq -n --rawfile body "$1" --arg title "$3" '{$title, $body}' |
    gh api --method POST "$issues" --input - > /dev/null
fi
