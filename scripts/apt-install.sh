#!/bin/sh
# Install packages, as root: apt-install.sh PACKAGE...
# Debian starts the servers it installs, now and at boot. A stack runs its own Postgres and pgbouncer, so apt makes no
# cluster "main" and starts no pgbouncer here; how the machine treats other services is left as it is.
set -eu
cluster_settings=/etc/postgresql-common/createcluster.d
policy=/usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive

trap 'rm -f "$cluster_settings/keystone.conf"; ! grep -qs "^# keystone" "$policy" || rm "$policy"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$cluster_settings"
echo "create_main_cluster = false" > "$cluster_settings/keystone.conf"
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n# keystone: for one installation\n[ "$1" != pgbouncer ] || exit 101\n' > "$policy"
    chmod 755 "$policy"
fi

apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" > /dev/null
case " $* " in *" pgbouncer "*) update-rc.d pgbouncer disable ;; esac
