#!/usr/bin/env bash
# drift.sh STACK FILE: compare a stack with AWS and write what was found as Markdown into FILE.
# A rule that was added by hand is invisible to Pulumi, and a changed tag is to `verify`.
#
# Exits 0 when nothing has drifted, 1 when something has, and 3 when a comparison failed and the
# other found nothing. In the first two cases the job gets the state of the issue about it.
set -euo pipefail

stack=$1 file=$2 drifted=0 failed=0

# compare CODE COMMAND...: run a comparison, which exits with CODE when it finds a difference.
compare() {
  local found=$1 code=0 said
  shift
  said=$("$@" 2>&1) || code=$?
  echo "$said"
  case $code in
    0) return ;;
    "$found") drifted=1 ;;
    *) failed=1 ;;
  esac
  # An issue holds 65536 characters. Indented, the text cannot end the block that it stands in.
  printf '\n`%s` exited with %s:\n\n' "$*" "$code" >> "$file"
  tail -c 20000 <<< "$said" | sed 's/^/    /' >> "$file"
}

cat > "$file" << END
<!-- gateway-rules: drift of $stack -->
Is AWS what the main branch asks for in \`$stack\`? This run has compared them:
$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
END

compare 1 gateway-rules verify "$stack"
# 7 is Pulumi's code for changes that were not expected.
compare 7 pulumi preview --stack "$stack" --refresh --expect-no-changes --non-interactive

code=0
if ((drifted)); then
  code=1
  echo 'state=open' >> "$GITHUB_OUTPUT"
elif ((failed)); then
  code=3
else
  printf '\nIt is.\n' >> "$file"
  echo 'state=closed' >> "$GITHUB_OUTPUT"
fi
cat "$file" >> "$GITHUB_STEP_SUMMARY"
exit "$code"
