/**
 * What root of a user namespace of its own, in a mount namespace of its own, tries on the instance of the namespace above
 * it, in Python: Node has neither mount nor setns. It may do what it likes with an instance of its own.
 */
export const container = `
import ctypes, fcntl, os, sys
libc = ctypes.CDLL(None, use_errno=True)
daemon, name, emulator, main, anchor, store, run = sys.argv[1:]
done, own, tried = set(), set(), 0
def check(result):
    if result != 0: raise OSError(ctypes.get_errno())
def attempt(what, act, into=done):
    global tried
    tried += 1
    try: act(); into.add(what)
    except OSError: pass
def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    try: os.write(fd, text)
    finally: os.close(fd)
def mount(source, target, kind, flags, data=None):
    check(libc.mount(source and source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data))
line = (':his:M::\\\\x7fELF::' + emulator + ':F').encode()
ways = [main, anchor, '/proc/self/fd/9', '/proc/%s/root%s' % (daemon, main), '/proc/%s/cwd%s' % (daemon, main)]
try: ways += ['/proc/%s/fd/%s' % (daemon, fd) for fd in os.listdir('/proc/%s/fd' % daemon)]
except OSError: ways += ['/proc/%s/fd/%d' % (daemon, fd) for fd in range(3, 40)]
for way in ways:
    attempt('register ' + way, lambda: write(way + '/register', line))
    attempt('status ' + way, lambda: write(way + '/status', b'-1'))
    attempt('off ' + way, lambda: write(way + '/status', b'0'))
    attempt('entry ' + way, lambda: write(way + '/' + name, b'-1'))
    attempt('unlink ' + way, lambda: os.unlink(way + '/' + name))
    attempt('chmod ' + way, lambda: os.chmod(way + '/register', 0o666))
    attempt('chown ' + way, lambda: os.chown(way + '/register', 0, 0))
    attempt('lock ' + way, lambda: fcntl.flock(os.open(way + '/register', os.O_WRONLY), fcntl.LOCK_EX | fcntl.LOCK_NB))
attempt('openat', lambda: os.open('register', os.O_WRONLY, dir_fd=9))
attempt('reopen', lambda: os.open('/proc/self/fd/9/register', os.O_RDWR))
attempt('chroot', lambda: (os.fchdir(9), os.close(os.open('register', os.O_WRONLY))))
for place in (main, anchor):
    attempt('superblock read-only ' + place, lambda: mount(None, place, None, 0x21))
    attempt('move ' + place, lambda: mount(place, '/mnt', None, 0x2000))
    attempt('umount ' + place, lambda: check(libc.umount2(place.encode(), 0)))
    attempt('umount -l ' + place, lambda: check(libc.umount2(place.encode(), 2)))
    attempt('open_tree ' + place, lambda: os.open('register', os.O_WRONLY, dir_fd=libc.syscall(428, -100, place.encode(), 1)))
    def bound():
        mount(place, '/mnt', None, 0x1000)
        write('/mnt/register', line)
    attempt('bind ' + place, bound)
    def rebound():
        mount(None, '/mnt', None, 0x1020)
        write('/mnt/' + name, b'-1')
    attempt('bind again ' + place, rebound)
    libc.umount2(b'/mnt', 2)
for place in (store, run):
    attempt('write ' + place, lambda: os.close(os.open(place + '/his', os.O_WRONLY | os.O_CREAT)))
    attempt('read-only ' + place, lambda: mount(None, place, None, 0x21))
for kind in ('user', 'mnt', 'pid', 'net', 'ipc'):
    attempt('setns ' + kind, lambda: check(libc.setns(os.open('/proc/%s/ns/%s' % (daemon, kind), os.O_RDONLY), 0)))
attempt('pidfd', lambda: check(libc.setns(libc.syscall(434, int(daemon), 0), 0x20000)))
attempt('kill', lambda: os.kill(int(daemon), 9))
attempt('trace', lambda: check(libc.ptrace(16, int(daemon), 0, 0)))
attempt('mem', lambda: os.open('/proc/%s/mem' % daemon, os.O_RDWR))
# An instance of its own, over the host's place as well: all of it is his, and nobody else's.
attempt('mount', lambda: mount('b', main, 'binfmt_misc', 0), own)
attempt('register', lambda: write(main + '/register', b':' + name.encode() + b':M::HIS!::' + emulator.encode() + b':F'), own)
attempt('flock', lambda: fcntl.flock(os.open(main + '/register', os.O_WRONLY), fcntl.LOCK_EX | fcntl.LOCK_NB), own)
attempt('status', lambda: write(main + '/status', b'-1'), own)
print('tried', tried, 'succeeded', sorted(done), 'own', sorted(own), flush=True)
`;
