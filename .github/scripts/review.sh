#!/usr/bin/env bash
# review.sh BASE: compare with BASE; review.md is the comment, review-full.md leaves nothing out.
# When the comparison fails, so does this script, and the comment says that it failed.
set -euo pipefail

code=0
gateway-rules diff "$1" --markdown --full review-full.md > review.md || code=$?
if [[ ! -s review.md ]]; then
  cat > review.md << END
<!-- gateway-rules diff -->
### This change could not be compared

What $(git rev-parse --short HEAD) opens and closes is not known; the log of this run says why:
$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
END
fi
cat review.md >> "$GITHUB_STEP_SUMMARY"
exit "$code"
