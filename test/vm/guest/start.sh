#!/bin/bash
# Unpacks what the host sent on the second disk, at every boot, and hands over to it.
set -u
mkdir -p /var/vm
tar -xf /dev/vdb -C /var/vm
restorecon -RF /var/vm
exec bash /var/vm/guest/boot.sh
