import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';

// What docs/containers.md says of an anchor that no ordinary mount table shows. Nothing of ours is tried here.

const main = '/proc/sys/fs/binfmt_misc';

/** Shell functions: a mount namespace with an instance of one entry, and what is left of it. */
const prelude = `
while umount -l ${main} 2>/dev/null; do :; done
CPU=0; W=/mnt/w; mkdir $W; mount -t tmpfs tmpfs $W; mount --make-private $W; touch $W/pin
# hidden: a mount namespace of its own with the only mount; its process is P
hidden() {
  taskset -c $CPU unshare -m --propagation private sh -c 'mount -t binfmt_misc b ${main} && echo :t:E::zzt::/bin/true: >${main}/register && exec sleep 60' &
  P=$!
  until grep -qs '^sleep' /proc/$P/comm; do sleep 0.05; done
}
pin() { if mount --bind /proc/$P/ns/mnt $W/pin 2>/dev/null; then echo '"pinned"'; else echo '"refused"'; fi; }
# A namespace can be bound only in an older one, and the numbers that tell the age are dealt out to each processor by the batch.
pinned() {
  for CPU in $(seq 0 $(($(nproc) - 1))); do hidden; pin >/mnt/said; grep -q pinned /mnt/said && break; gone; done; cat /mnt/said
}
gone() { kill -9 $P; wait $P 2>/dev/null || :; sleep 0.3; }
# a mount that is made anew shows whether the instance was still there
left() { mount -t binfmt_misc b ${main}; if [ -e ${main}/t ]; then echo '"kept"'; else echo '"lost"'; fi; umount ${main}; }
`;

const facts: Readonly<Record<string, readonly [script: string, said: readonly unknown[]]>> = {
  'pinned by a bound nsfs file it is in no table, outlives its process, and no umount by type reaches it': [
    `pinned; gone; grep -c ' binfmt_misc ' /proc/self/mounts || :; left
     umount -a -t binfmt_misc; left; umount $W/pin; sleep 0.3; left`,
    ['pinned', 0, 'kept', 'kept', 'lost'],
  ],
  'on a directory whose mount has a peer, or a slave, in another mount namespace the kernel refuses the pin':
    [
      `mount --make-shared $W
     for how in unchanged slave; do
       unshare -m --propagation $how sleep 60 & O=$!; until grep -qs '^sleep' /proc/$O/comm; do sleep 0.05; done
       hidden; pin; gone; kill -9 $O; wait $O 2>/dev/null || :; sleep 0.2
     done; left`,
      ['refused', 'refused', 'lost'],
    ],
  'from a container it reaches the host by no volume, and ends with the container': [
    `mount --make-shared $W
     unshare -m --propagation unchanged sh -c '
       first=; second=0
       for CPU in $(seq 0 $(($(nproc) - 1))); do
         taskset -c $CPU unshare -m --propagation private sh -c "mount -t binfmt_misc b ${main} && echo :t:E::zzt::/bin/true: >${main}/register && exec sleep 60" & P=$!
         until grep -qs "^sleep" /proc/$P/comm; do sleep 0.05; done
         [ -n "$first" ] || { mount --bind /proc/$P/ns/mnt /mnt/w/pin 2>/dev/null && first=1 || first=0; mount --make-private /mnt/w; }
         mount --bind /proc/$P/ns/mnt /mnt/w/pin 2>/dev/null && second=1
         kill -9 $P; [ $second = 0 ] || break
       done; echo $first; echo $second'
     sleep 0.5; left`,
    [0, 1, 'lost'],
  ],
  'a second mount in a shared directory, as ours, reaches the host and outlives the container; umount by type takes it':
    [
      `mount --make-shared $W; mkdir $W/anchor
       unshare -m --propagation unchanged sh -c 'mount -t binfmt_misc b /mnt/w/anchor && echo :t:E::zzt::/bin/true: >/mnt/w/anchor/register'
       sleep 0.3; left; umount -a -t binfmt_misc; left`,
      ['kept', 'lost'],
    ],
  'who looks a mount up by its type, as LTP does, finds nothing usable where there are two': [
    `cat >/mnt/ltp <<'END'
at=$(awk '/ binfmt_misc / { print $2 }' /proc/mounts); n=0
for line in :a:E::zza::/bin/cat: :b:M:1:This::/bin/cat: .c.E..zzc../bin/cat. ,d,M,1,This,,/bin/cat, :e:E::ltp::/bin/cat: :f:M:0:This::/bin/cat:; do
  name=$(printf %s "$line" | cut -c2)
  (echo "$line" >"$at/register") 2>/dev/null && [ -f "$at/$name" ] && echo -1 >"$at/$name" && n=$((n+1))
done; echo $n
END
     mount -t binfmt_misc b ${main}; sh /mnt/ltp
     mkdir $W/anchor; mount -t binfmt_misc b $W/anchor; sh /mnt/ltp
     unshare -m --propagation private sh -c 'umount /mnt/w/anchor; sh /mnt/ltp'; grep -c ' binfmt_misc ' /proc/mounts`,
    [6, 0, 6, 2],
  ],
};

for (const [fact, [script, said]] of Object.entries(facts))
  test(fact, async (t) => {
    if (!requireKernel(t)) return;
    assert.deepEqual(await inNamespace(prelude + script), said);
  });
