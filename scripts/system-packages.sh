#!/bin/sh
# Install what is missing of a list of packages (Debian 12, Ubuntu 24.04), as root or by sudo: system-packages.sh FILE
set -eu
missing=""
while read -r package; do
    case "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done < "$1"
[ -n "$missing" ] || exit 0

echo "keystone: installing system packages:$missing"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root="sudo"
else
    echo "keystone: these need root. Have this run as root, then try again:" >&2
    echo "  scripts/apt-install.sh$missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 - a list of words is meant
$as_root scripts/apt-install.sh $missing
