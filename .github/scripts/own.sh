# Sourced by the scripts that keep one comment or one issue up to date.

# own LIST FILE: give the first item of LIST that the workflows have written with the first line
# of FILE as its own first; nothing if there is none. Whoever else writes that line is not meant.
own() {
  gh api --paginate "$1" | jq -s --arg mark "$(head -n 1 "$2")" '
    first(
      .[][]
      | select(.user.login == "github-actions[bot]")
      | select((.body // "") | split("\n")[0] | rtrimstr("\r") == $mark)
    )'
}
