#!/bin/sh
# Begins a machine for a test: systemd as its first process, on the disk of this machine, of which it sees a copy. What it writes is
# kept in memory and gone with it. To be started in namespaces of its own (machine.ts).
#   boot-machine.sh FOLDER NAME
set -eu
folder=$1
name=$2

# Nothing that is mounted here is seen outside.
mount --make-rprivate /
mkdir -p "$folder/layer" "$folder/root"
mount -t tmpfs tmpfs "$folder/layer"
mkdir "$folder/layer/upper" "$folder/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/layer/upper,workdir=$folder/layer/work" "$folder/root"
cd "$folder/root"

hostname "$name"
echo "$name" > etc/hostname
# The kernel is that of the machine around it: what these units change there would outlast the test.
for unit in systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service systemd-remount-fs.service \
  proc-sys-fs-binfmt_misc.automount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
  dev-hugepages.mount systemd-journald-audit.socket systemd-random-seed.service systemd-udevd.service systemd-timesyncd.service; do
  ln -sfn /dev/null "etc/systemd/system/$unit"
done

mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
# systemd needs one hierarchy of its own (systemd.io/CONTAINER_INTERFACE): the named one of version 1, else version 2.
mkdir sys/fs/cgroup/systemd
if ! mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# Not chroot(1): who is changed to another root may make no namespace of users, which units ask for (user_namespaces(7)).
mkdir run/around
pivot_root . run/around
cd /
umount --lazy run/around
exec env -i container=keyturn-test TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --log-target=journal --unit=basic.target
