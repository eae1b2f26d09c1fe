#!/bin/sh
# Fuzz the check of events for so many seconds: fuzz.sh SECONDS. What it finds is left in build/fuzz/findings.
set -eu
seconds=${1:?for how many seconds}
mkdir -p build/fuzz/corpus build/fuzz/findings
scripts/system-packages.sh requirements/apt-fuzz.txt
# The runtime's package is named by Clang's version.
echo "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev" > build/fuzz/apt.txt
scripts/system-packages.sh build/fuzz/apt.txt
cmake -S . -B build/fuzz -G Ninja -DPython_EXECUTABLE="$PWD/.venv/bin/python" -DSKBUILD_SCRIPTS_DIR=bin \
    -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DKEYSTONE_FUZZ=ON -DKEYSTONE_SANITIZE=fuzz >/dev/null
ninja -C build/fuzz --quiet keystone-fuzz-event-check
build/fuzz/native/ingestd/fuzz/keystone-fuzz-event-check -max_total_time="$seconds" -max_len=8192 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/findings/ \
    build/fuzz/corpus native/ingestd/fuzz/corpus
