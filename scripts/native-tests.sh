#!/bin/sh
# Build the C++ tests and run them: native-tests.sh plain|address|thread
set -eu
kind=${1:?plain, address or thread}
case "$kind" in
    plain) sanitize="" ;;
    address | thread) sanitize=$kind ;;
    *) echo "native-tests: '$kind' is none of plain, address, thread" >&2; exit 2 ;;
esac
build=build/native-tests-$kind
cmake -S . -B "$build" -G Ninja -DPython_EXECUTABLE="$PWD/.venv/bin/python" -DSKBUILD_SCRIPTS_DIR=bin \
    -DKEYSTONE_TESTS=ON -DKEYSTONE_SANITIZE="$sanitize" >/dev/null
ninja -C "$build" --quiet native/keystone-ingestd keystone-tests
ctest --test-dir "$build/native" --parallel "$(nproc)" --output-on-failure --progress
