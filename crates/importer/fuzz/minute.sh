#!/usr/bin/env bash
# Every target for a minute (or for $1 seconds); stops at the first crash.
set -euo pipefail
cd "$(dirname "$0")"
./seed.sh
for target in fuzz_targets/*.rs; do
  name=$(basename "$target" .rs)
  cargo +nightly fuzz run "$name" -- -max_total_time="${1:-60}" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 2>&1 |
    grep -E "stat::number_of_executed_units|stat::average_exec_per_sec|ERROR|SUMMARY" | sed "s/^/$name /"
done
