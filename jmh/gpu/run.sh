#!/bin/sh
# A run on a GPU in one call: the bundle's tests, then its benchmarks beside PyTorch's on the same card.
#
#   run.sh BUNDLE OUT [SECONDS]
#
# BUNDLE is a folder that ./tenfold bundle made, or an archive of one. Results go to the folder OUT, whole files at any moment:
#   facts.txt                        the card, the driver, the machine
#   selftest.log, verdict.txt        the tests
#   ours-*.json, theirs-*.json, compiled-*.json, bench.log
#   summary.txt, summary.json        both sides in one table, with ratios
# No step begins later than SECONDS (540) after the start, and none runs on. Groups of rows are in the order of their weight; of each group
# Tenfold is measured, then PyTorch, and once more in the same order while time is left. A later call with the same OUT measures what is missing.
#
#   TENFOLD_PARTS            what is done, of: selftest eager compiled again (default: all four)
#   TENFOLD_GROUPS           the groups, those joined by commas in one process (default: all)
#   TENFOLD_SELFTEST_SECONDS time of the tests (default: a third)
#   TENFOLD_BENCH_OPTIONS    options for both sides, such as --quick
#   TENFOLD_JAVA_OPTIONS     options for Java (default: -Dtenfold.cuda.unproven=true: every kernel, also those that never ran on such a card)
#   PYTHON                   the Python that has PyTorch (default: python3)
set -u

usage() { sed -n '2,/^set -u/{ /^#/s/^# \{0,1\}//p; }' "$0" >&2; exit 2; }
say() { printf 'run: %s\n' "$*"; }
now() { date +%s; }

[ $# -eq 2 ] || [ $# -eq 3 ] || usage
bundle=$1
mkdir -p -- "$2" || exit 2
out=$(CDPATH= cd -- "$2" && pwd -P)
limit=${3:-540}
case $limit in '' | *[!0-9]*) usage ;; esac
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
start=$(now)
python=${PYTHON:-python3}
parts=${TENFOLD_PARTS:-selftest eager compiled again}
groups=${TENFOLD_GROUPS:-roof,gemm steps attention norms,conv elementwise,reduce index,optimiser}
options=${TENFOLD_BENCH_OPTIONS:-}
TENFOLD_JAVA_OPTIONS=${TENFOLD_JAVA_OPTIONS:--Dtenfold.cuda.unproven=true}
export TENFOLD_JAVA_OPTIONS
# The summary is made in the last seconds.
reserve=12

# Seconds that are left for a step.
left() { echo $((start + limit - reserve - $(now))); }

# ---- the bundle ----

unpacked=
clean() { if [ -n "$unpacked" ]; then rm -rf -- "$unpacked"; fi; }
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ ! -d "$bundle" ]; then
    [ -r "$bundle" ] || { say "$bundle is no folder and no archive"; exit 2; }
    unpacked=$(mktemp -d) || exit 2
    tar -xf "$bundle" -C "$unpacked" 2> "$out/unpack.log" || "$python" -m tarfile -e "$bundle" "$unpacked" 2>> "$out/unpack.log" \
        || { say "$bundle could not be unpacked, see $out/unpack.log"; exit 2; }
    bundle=$unpacked
fi
tenfold=
for place in "$bundle/tenfold" "$bundle"/*/tenfold; do
    if [ -f "$place" ] && [ -x "$place" ]; then tenfold=$place; break; fi
done
[ -n "$tenfold" ] || { say "$1 has no command tenfold in it"; exit 2; }

# ---- what there is ----

{
    date -u
    nvidia-smi 2>&1 || echo "no nvidia-smi"
    nvidia-smi --query-gpu=name,driver_version,pstate,clocks.sm,clocks.max.sm,clocks.mem,clocks.max.mem,power.limit,temperature.gpu,memory.total,ecc.mode.current,mig.mode.current,compute_mode --format=csv 2>&1
    uname -a
    nproc 2>&1
    "$python" -c 'import torch; print("PyTorch", torch.__version__, "CUDA", torch.version.cuda, "cuDNN", torch.backends.cudnn.version())' 2>&1
} > "$out/facts.txt" 2>&1
sed -n 1,40p "$out/facts.txt"
peer=yes
"$python" -c 'import torch' 2>/dev/null || { peer=; say "$python has no PyTorch: Tenfold is measured alone"; }

# ---- the tests ----

failed=0
selftest() {
    time=${TENFOLD_SELFTEST_SECONDS:-$((limit / 3))}
    if [ "$time" -gt "$(left)" ]; then time=$(left); fi
    [ "$time" -gt 0 ] || return 0
    say "selftest, at most $time s"
    timeout -k 5 "$time" "$tenfold" selftest --device cuda > "$out/selftest.log" 2>&1
    code=$?
    case $code in
        0) verdict="passed" ;;
        124 | 137) verdict="did not end in $time s" ;;
        *) verdict="FAILED (exit code $code)" ;;
    esac
    { echo "selftest $verdict"; tail -n 1 -- "$out/selftest.log"; } | tee "$out/verdict.txt"
    if [ "$code" -ne 0 ]; then failed=1; fi
}

# ---- the benchmarks ----

# Runs the command behind $1 (the result's name without .json) until it has measured what it can: code 3 asks for another start.
persist() {
    result=$out/$1.json
    shift
    starts=0
    while [ "$starts" -lt 8 ] && [ "$(left)" -gt 0 ]; do
        starts=$((starts + 1))
        # shellcheck disable=SC2086 # the options are words
        timeout -k 5 "$(left)" "$@" --out "$result" --resume --seconds "$(left)" $options >> "$out/bench.log" 2>&1
        code=$?
        [ "$code" -eq 3 ] || break
    done
    case ${code:-0} in
        0 | 124 | 137) ;;
        *) say "$(basename "$result"): exit code $code, see bench.log and the notes of the summary" ;;
    esac
}

# Both sides of every group: $1 is behind the files' names, the rest are options.
both() {
    round=$1
    shift
    for group in $groups; do
        [ "$(left)" -gt 0 ] || break
        name=$(echo "$group" | tr , -)
        say "$name $round, $(left) s are left"
        persist "ours-$name-$round" "$tenfold" bench "$group" --device cuda "$@"
        if [ -n "$peer" ]; then persist "theirs-$name-$round" "$python" "$here/peers.py" "$group" "$@"; fi
    done
}

compiled() {
    [ -n "$peer" ] || return 0
    for group in $groups; do
        [ "$(left)" -gt 0 ] || break
        case $group in *steps* | *norms* | *elementwise*) ;; *) continue ;; esac
        name=$(echo "$group" | tr , -)
        say "$name compiled, $(left) s are left"
        persist "compiled-$name" "$python" "$here/peers.py" "$group" --compiled --quick
    done
}

for part in $parts; do
    case $part in
        selftest) selftest ;;
        eager) both 1 ;;
        compiled) compiled ;;
        again) both 2 --quick ;;
        *) say "TENFOLD_PARTS has no part $part"; exit 2 ;;
    esac
done

"$tenfold" bench summary "$out" "$out/summary.json" > "$out/summary.txt" 2>> "$out/bench.log" || { failed=1; say "no summary, see bench.log"; }
cat -- "$out/summary.txt"
say "done in $(($(now) - start)) s: $out"
exit "$failed"
