import { mkdirSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load(null);
const callMount: (source: string, target: string, type: null, flags: number, data: null) => number =
  libc.func('int mount(const char *, const char *, const char *, unsigned long, const void *)');
const callUnmount: (target: string, flags: number) => number = libc.func('int umount2(const char *, int)');
const MS_BIND = 4096;
const MNT_DETACH = 2;

/** Binds a directory to another place, without a child. */
export function mount(source: string, target: string): void {
  if (callMount(source, target, null, MS_BIND, null) < 0)
    throw new Error(`mount ${target}: ${-koffi.errno()}`);
}

/** Takes away what is mounted there last. */
export function unmount(target: string): void {
  callUnmount(target, MNT_DETACH);
}

/** Mounts so many times below `dir`, from `have` on. */
export function fillTable(dir: string, have: number, count: number): void {
  mkdirSync(`${dir}/source`, { recursive: true });
  for (let i = have; i < count; i += 1) {
    mkdirSync(`${dir}/${i}`, { recursive: true });
    mount(`${dir}/source`, `${dir}/${i}`);
  }
}

/** Takes them all away. */
export function emptyTable(dir: string, have: number): void {
  for (let i = 0; i < have; i += 1) unmount(`${dir}/${i}`);
}
